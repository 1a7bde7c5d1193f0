"""Texts about data: types, inputs, outputs and associations."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "data_collection": (
        "warning",
        "{element} och {item} är inte överens om att vara en samling (isCollection). Ge båda "
        "samma isCollection.",
        "{element} and {item} do not agree on being a collection (isCollection). Give both the "
        "same isCollection.",
    ),
    "output_to_input": (
        "warning",
        "{element} skriver till {target}, som är indata. Välj ett annat mål.",
        "{element} writes to {target}, which is an input. Choose another target.",
    ),
    "input_from_output": (
        "warning",
        "{element} läser ur {target}, som är utdata. Välj en annan källa.",
        "{element} reads from {target}, which is an output. Choose another source.",
    ),
    "data_set_missing": (
        "warning",
        "{element} har in- och utdata utan {name}. Lägg till en {name}.",
        "{element} has inputs and outputs without an {name}. Add an {name}.",
    ),
    "data_not_in_set": (
        "warning",
        "{element}: {data} hör inte till någon {name}. Lägg den i en {name}.",
        "{element}: {data} belongs to no {name}. Put it in an {name}.",
    ),
    "event_data_count": (
        "warning",
        "{element} har {data} data men {events} händelsedefinitioner; det ska vara lika många. "
        "Lägg till det som saknas eller ta bort det som är för mycket.",
        "{element} has {data} data but {events} event definitions; there must be as many. Add "
        "what is missing or remove what is too much.",
    ),
    "event_data_type": (
        "warning",
        "{element}: {data} har inte den typ som händelsen bär. Ge båda samma typ (itemSubjectRef).",
        "{element}: {data} does not have the type that the event carries. Give both the same type "
        "(itemSubjectRef).",
    ),
    "data_sets": (
        "warning",
        "{element} ska ha exakt en {name}. Lägg till den som saknas eller ta bort de andra.",
        "{element} must have exactly one {name}. Add the one that is missing or remove the others.",
    ),
    "message_data_count": (
        "warning",
        "{element} har {count} data för {message}; ett räcker. Behåll ett.",
        "{element} has {count} data for {message}; one is enough. Keep one.",
    ),
    "message_data_type": (
        "warning",
        "{element}: {data} har inte samma typ som {message}. Ge båda samma typ (itemSubjectRef).",
        "{element}: {data} does not have the type of {message}. Give both the same type "
        "(itemSubjectRef).",
    ),
    "call_data": (
        "warning",
        "{element} och {called} är inte överens om sina data ({name}). Ge båda samma in- och "
        "utdata.",
        "{element} and {called} do not agree on their data ({name}). Give both the same inputs "
        "and outputs.",
    ),
    "binding_missing": (
        "warning",
        "{element} stöder ett gränssnitt men binder inga data till det (ioBinding). Lägg till en "
        "ioBinding eller ta bort gränssnittet.",
        "{element} supports an interface but binds no data to it (ioBinding). Add an ioBinding or "
        "remove the interface.",
    ),
    "loop_data": (
        "warning",
        "{element} upprepas över {found}, som inte hör till dess egna data. Välj något av stegets "
        "egna data.",
        "{element} is repeated over {found}, which is none of its own data. Choose one of the "
        "step's own data.",
    ),
    "loop_item": (
        "warning",
        "{element}: {item} är inte ett enskilt värde ur {collection}. Ge den samlingens typ, utan "
        "isCollection.",
        "{element}: {item} is not a single value of {collection}. Give it the type of the "
        "collection, without isCollection.",
    ),
    "data_set_foreign": (
        "warning",
        "{element} har {value} i en mängd av indata eller utdata, men {value} hör till något "
        "annat. Ta bort referensen.",
        "{element} has {value} in a set of inputs or outputs, but {value} belongs to something "
        "else. Remove the reference.",
    ),
    "data_set_optional": (
        "warning",
        "{element} har {value} som {name}, men {value} ingår inte i mängden själv. Lägg till den "
        "där, eller ta bort referensen.",
        "{element} has {value} as {name}, but {value} is not in the set itself. Add it there, or "
        "remove the reference.",
    ),
    "data_association_elsewhere": (
        "warning",
        "{element} har en datakoppling till {end}, som inte hör till elementet självt. Koppla till "
        "dess egna indata eller utdata.",
        "{element} has a data association with {end}, which does not belong to the element itself. "
        "Draw it to its own inputs or outputs.",
    ),
    "data_association_sources": (
        "warning",
        "{element} hämtar data från flera källor utan att säga hur de blir ett värde. Rita en "
        "koppling från varje källa.",
        "{element} takes data from several sources without saying how they become one value. Draw "
        "an association from each source.",
    ),
    "data_out_of_sight": (
        "warning",
        "{element} använder {data}, som hör till {scope} och inte syns därifrån. Flytta det utåt.",
        "{element} uses {data}, which belongs to {scope} and cannot be seen from there. Move it "
        "outwards.",
    ),
    "data_sets_unpaired": (
        "warning",
        "{element}: mängderna {first} och {second} hör ihop enligt den ena men inte enligt den "
        "andra. Ange det i båda.",
        "{element}: the sets {first} and {second} belong together by one of them but not by the "
        "other. Say it in both.",
    ),
}
"""Findings about data by their code."""
