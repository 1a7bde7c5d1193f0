"""Texts about ids and references."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "id_missing": (
        "error",
        "{element} saknar id. Öppna och spara diagrammet i en redigerare som ger id.",
        "{element} has no id. Open and save the diagram in an editor that gives ids.",
    ),
    "id_empty": (
        "error",
        "{element} har ett tomt id. Ge den ett id.",
        "{element} has an empty id. Give it an id.",
    ),
    "id_illegal": (
        "error",
        "{element} har ett otillåtet id. Ett id börjar med en bokstav eller _ och innehåller "
        "bara bokstäver, siffror, punkt, - och _.",
        "{element} has an illegal id. An id starts with a letter or _ and holds letters, digits, "
        "dots, - and _ only.",
    ),
    "id_too_long": (
        "error",
        "{element} har ett id på {length} tecken; högst {limit} är tillåtna. Korta det.",
        "{element} has an id of {length} characters; {limit} at most are allowed. Shorten it.",
    ),
    "id_twice": (
        "error",
        "{element}: id ”{id}” används redan på rad {first}. Varje id får finnas en gång.",
        '{element}: the id "{id}" is used on line {first} already. Every id may be used once.',
    ),
    "id_twice_drawn": (
        "warning",
        "Id ”{id}” på ett ritat element ({kind}) används redan i filen. Öppna och spara "
        "diagrammet i en redigerare.",
        'The id "{id}" of a drawn element ({kind}) is used in the file already. Open and save the '
        "diagram in an editor.",
    ),
    "call_as_before": (
        "info",
        "{element} är bunden till sin driftsättning och filen är oförändrad: den anropar ”{value}” "
        "i version {version} som förut, inte den nya.",
        '{element} is bound to its deployment, and its file is as it was: it calls "{value}" in '
        "version {version} as before, not the new one.",
    ),
    "reference_missing": (
        "error",
        "{element} saknar {attribute}: det står inte vad den hör till. Ange det i redigeraren.",
        "{element} has no {attribute}: it does not say what it belongs to. Give it in the editor.",
    ),
    "reference_empty": (
        "error",
        "{element}: {attribute} är tom. Ange vad som menas eller ta bort attributet.",
        "{element}: {attribute} is empty. Say what is meant or remove the attribute.",
    ),
    "reference_lost": (
        "error",
        "{element}: {attribute} nämner ”{value}”, som inte finns i filen. Välj något som finns, "
        "eller ta bort hänvisningen.",
        '{element}: {attribute} names "{value}", which the file does not have. Choose something '
        "that exists, or remove the reference.",
    ),
    "reference_wrong_kind": (
        "error",
        "{element}: {attribute} nämner {found}, som är av fel slag. Välj något av rätt slag, "
        "eller ta bort hänvisningen.",
        "{element}: {attribute} names {found}, which is of the wrong kind. Choose something of "
        "the right kind, or remove the reference.",
    ),
    "reference_imported": (
        "warning",
        "{element}: {attribute} nämner ”{value}” i en annan fil, och andra filer hämtas aldrig. "
        "Lägg det i samma fil.",
        '{element}: {attribute} names "{value}" of another file, and other files are never '
        "fetched. Put it in the same file.",
    ),
    "flow_list_differs": (
        "warning",
        "{element} räknar upp flödet {flow} ({direction}), som inte leder dit. Flödets egna ändar "
        "gäller. Öppna och spara diagrammet i en redigerare.",
        "{element} lists the flow {flow} ({direction}), which does not lead there. The ends of "
        "the flow itself count. Open and save the diagram in an editor.",
    ),
    "declaration_unused": (
        "warning",
        "{element} används inte av något i filen. Ta bort den, eller välj den där den ska "
        "användas.",
        "{element} is used by nothing in the file. Remove it, or choose it where it is to be used.",
    ),
    "shape_of_nothing": (
        "warning",
        "Ritningen visar {value} ({kind}), som inte finns i filen. Öppna och spara diagrammet i en "
        "redigerare.",
        "The drawing shows {value} ({kind}), which is not in the file. Open and save the diagram "
        "in an editor.",
    ),
    "extension_not_understood": (
        "gap",
        "Filen säger att tillägget {value} måste förstås (mustUnderstand), men det är inte känt "
        "här. Filen sparas som ritning. Ta bort märkningen, om det går att vara utan tillägget.",
        "The file says that the extension {value} must be understood (mustUnderstand), but it is "
        "not known here. The file is kept as a drawing. Remove the mark, if the extension can be "
        "done without.",
    ),
    "element_misplaced": (
        "warning",
        "{element} hör inte hemma direkt i filen och används inte. Flytta eller ta bort det.",
        "{element} does not belong directly in the file and is not used. Move or remove it.",
    ),
    "node_misplaced": (
        "error",
        "{element} står i {parent}, där inget steg och inget flöde kan stå, och skulle gå "
        "förlorat. Flytta det till processen eller en delprocess.",
        "{element} stands in {parent}, where no step and no flow can stand, and would be lost. "
        "Move it to the process or a sub-process.",
    ),
    "element_unknown": (
        "error",
        "{element}: elementet {name} är inget känt element här. Ta bort det, eller spara "
        "diagrammet i ett verktyg som skriver BPMN 2.0.",
        "{element}: the element {name} is not a known element here. Remove it, or save the "
        "diagram in a tool that writes BPMN 2.0.",
    ),
    "vendor_code": (
        "gap",
        "{element} innehåller kod eller ett anrop för {tool} ({names}). Sådan kod körs aldrig här; "
        "processen sparas som ritning. {advice}",
        "{element} holds code or a call for {tool} ({names}). Such code never runs here; the "
        "process is kept as a drawing. {advice}",
    ),
    "vendor_listener": (
        "warning",
        "{element} har lyssnare för {tool} ({names}), som är program och aldrig körs här. "
        "Processen går vidare utan dem. Ta bort dem, eller rita det som ska hända.",
        "{element} has listeners for {tool} ({names}), which are programs and never run here. The "
        "process goes on without them. Remove them, or draw what is to happen.",
    ),
    "vendor_setting": (
        "warning",
        "{element} har inställningar för {tool} som inte används här: {names}. {advice}",
        "{element} has settings for {tool} that are not used here: {names}. {advice}",
    ),
    "vendor_harmless": (
        "info",
        "{element} har uppgifter för {tool} som inte ändrar vad processen gör: {names}.",
        "{element} has data for {tool} that change nothing of what the process does: {names}.",
    ),
    "vendor_translated": (
        "info",
        "{element}: {was} ({tool}) är översatt till {now}.",
        "{element}: {was} ({tool}) is translated to {now}.",
    ),
    "vendor_untranslated": (
        "warning",
        "{element}: {was} ({tool}) är inte översatt: {reason}. Ange det på ett sätt som körs här.",
        "{element}: {was} ({tool}) is not translated: {reason}. Say it in a way that runs here.",
    ),
    "foreign_data": (
        "info",
        "Filen har uppgifter från ett annat verktyg ({namespace}: {names}; {count} i allt). De "
        "sparas i filen och används inte.",
        "The file holds data of another tool ({namespace}: {names}; {count} in all). They are kept "
        "in the file and not used.",
    ),
}
"""Findings about ids and references by their code."""
