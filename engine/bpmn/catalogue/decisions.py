"""Texts about decision models (DMN), and about the tasks that ask them."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "decision_expression": (
        "error",
        "{element}: uttrycket {text} kan inte läsas ({reason}). Rätta uttrycket.",
        "{element}: the expression {text} cannot be read ({reason}). Correct the expression.",
    ),
    "decision_language": (
        "gap",
        "{element}: {reason}. Skriv uttrycken i FEEL.",
        "{element}: {reason}. Write the expressions in FEEL.",
    ),
    "decision_table": (
        "error",
        "{element}: beslutstabellen går inte ihop ({reason}). Rätta tabellen.",
        "{element}: the decision table does not hold together ({reason}). Correct the table.",
    ),
    "decision_type": (
        "error",
        "{element} använder typen ”{type}”, som inte är definierad. Definiera typen eller välj en "
        "annan.",
        '{element} uses the type "{type}", which is not defined. Define the type or choose '
        "another.",
    ),
    "decision_reference_lost": (
        "error",
        "{element} hänvisar till {reference}, som inte finns i filen eller i det som den "
        "importerar. Välj på nytt vad den hänvisar till.",
        "{element} refers to {reference}, which is neither in the file nor in what it imports. "
        "Choose again what it refers to.",
    ),
    "decision_circle": (
        "error",
        "{element} kräver sig själv, direkt eller genom andra. Ta bort ett av kraven.",
        "{element} requires itself, directly or through others. Remove one of the requirements.",
    ),
    "decision_too_large": (
        "refused",
        "{element} är för stor eller nästlad för djupt ({reason}). Dela upp den.",
        "{element} is too large or nested too deep ({reason}). Split it.",
    ),
    "decision_too_many_cells": (
        "refused",
        "Filen har för många eller för långa uttryck: högst {limit} tecken tillsammans. Dela upp "
        "den i flera filer.",
        "The file has too many or too long expressions: {limit} characters together at most. "
        "Split it into several files.",
    ),
    "decision_name_too_long": (
        "refused",
        "{element}: {attribute} är längre än {limit} tecken. Korta texten.",
        "{element}: {attribute} is longer than {limit} characters. Shorten the text.",
    ),
    "decision_id_twice": (
        "refused",
        "{element}: id ”{id}” används av flera element. Varje id får finnas en gång.",
        '{element}: the id "{id}" is used by several elements. Every id may be used once.',
    ),
    "decision_twice": (
        "refused",
        "{element} finns också i filen {other}. Ett beslut får finnas i en fil.",
        "{element} is also in the file {other}. A decision may stand in one file.",
    ),
    "decision_import_unknown": (
        "here",
        "Filen importerar ”{namespace}”, som varken finns i uppladdningen eller är driftsatt. "
        "Ladda upp den filen tillsammans med denna.",
        'The file imports "{namespace}", which is neither in the upload nor deployed. Upload that '
        "file together with this one.",
    ),
    "decision_import_ambiguous": (
        "refused",
        "Filen importerar ”{namespace}”, men flera filer i uppladdningen heter så. Ge varje modell "
        "en egen namnrymd.",
        'The file imports "{namespace}", but several files of the upload are called that. Give '
        "every model a namespace of its own.",
    ),
    "decision_needs_drawing": (
        "gap",
        "{element} bygger på {other}, som inte kan användas. Rätta det som hindrar det först.",
        "{element} requires {other}, which cannot be used. Correct what keeps it from that first.",
    ),
    "decision_without_logic": (
        "warning",
        "{element} säger inte hur beslutet fattas: den har ingen tabell och inget uttryck. Lägg "
        "till en tabell eller ett uttryck.",
        "{element} does not say how it is made: it has neither a table nor an expression. Add a "
        "table or an expression.",
    ),
    "decision_model_empty": (
        "info",
        "Filen har inga beslut, bara det som andra beslutsmodeller kan importera.",
        "The file has no decisions, only what other decision models can import.",
    ),
    "decision_unknown": (
        "here",
        "{element} frågar efter beslutet ”{decision}”, som varken finns i uppladdningen eller är "
        "driftsatt. Ladda upp beslutsmodellen tillsammans med diagrammet, eller rätta namnet.",
        '{element} asks for the decision "{decision}", which is neither in the upload nor '
        "deployed. Upload the decision model together with the diagram, or correct the name.",
    ),
    "decision_version_unknown": (
        "here",
        "{element} frågar efter version {version} av beslutet ”{decision}”, som inte finns. Välj "
        "en version som finns.",
        '{element} asks for version {version} of the decision "{decision}", which does not exist. '
        "Choose a version that exists.",
    ),
    "decision_of_drawing": (
        "gap",
        "{element} frågar efter beslutet ”{decision}”, som bara sparas som ritning och inte kan "
        "fattas. Rätta det som hindrar beslutet först.",
        '{element} asks for the decision "{decision}", which is only kept as a drawing and cannot '
        "be made. Correct what keeps the decision from being made first.",
    ),
    "decision_dynamic": (
        "gap",
        "{element} räknar ut vilket beslut som ska fattas ({decision}); det kan inte köras här. "
        "Skriv beslutets id.",
        "{element} computes which decision to make ({decision}); that cannot be run here. Write "
        "the id of the decision.",
    ),
}
"""Findings about business rule tasks and decisions by their code."""
