"""Texts about files that cannot be read."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "file_too_large": (
        "error",
        "Filen är för stor: {size} byte, gränsen är {limit} byte. "
        "Dela upp processen i flera filer.",
        "The file is too large: {size} bytes, the limit is {limit} bytes. "
        "Split the process into several files.",
    ),
    "file_empty": (
        "error",
        "Filen är tom. Spara diagrammet igen och ladda upp det på nytt.",
        "The file is empty. Save the diagram again and upload it once more.",
    ),
    "file_html": (
        "error",
        "Filen är en webbsida (HTML), inte ett BPMN-diagram. "
        "Ladda ner själva filen, inte sidan som visar den.",
        "The file is a web page (HTML), not a BPMN diagram. "
        "Download the file itself, not the page that shows it.",
    ),
    "file_other_format": (
        "error",
        "Filen är inte ett BPMN-diagram utan en fil av typen {format}. "
        "Exportera diagrammet som BPMN 2.0 (XML).",
        "The file is not a BPMN diagram but a file of type {format}. "
        "Export the diagram as BPMN 2.0 (XML).",
    ),
    "file_dmn": (
        "error",
        "Filen är en beslutsmodell (DMN), inte ett BPMN-diagram. Ge filen ett namn som slutar på "
        ".dmn.",
        "The file is a decision model (DMN), not a BPMN diagram. Give the file a name that ends "
        "in .dmn.",
    ),
    "not_bpmn": (
        "error",
        "Filen är inte ett BPMN 2.0-diagram: den börjar med elementet {name} ({namespace}), "
        "men ska börja med definitions i BPMN:s namnrymd.",
        "The file is not a BPMN 2.0 diagram: it starts with the element {name} ({namespace}), "
        "but must start with definitions in BPMN's namespace.",
    ),
    "not_dmn": (
        "error",
        "Filen är inte en beslutsmodell (DMN): den börjar med elementet {name} ({namespace}), "
        "men ska börja med definitions i DMN:s namnrymd.",
        "The file is not a decision model (DMN): it starts with the element {name} ({namespace}), "
        "but must start with definitions in DMN's namespace.",
    ),
    "xml_broken": (
        "error",
        "Filen är inte giltig XML: {reason}. Spara diagrammet på nytt i redigeraren.",
        "The file is not well-formed XML: {reason}. Save the diagram again in the editor.",
    ),
    "xml_encoding": (
        "error",
        "Filens teckenkodning kan inte läsas: {reason}. Spara diagrammet som UTF-8.",
        "The file's character encoding cannot be read: {reason}. Save the diagram as UTF-8.",
    ),
    "xml_doctype": (
        "error",
        "Filen innehåller en DOCTYPE eller egna entiteter. Det är inte tillåtet, "
        "eftersom det kan läsa främmande filer. Ta bort DOCTYPE-raden.",
        "The file contains a DOCTYPE or entities of its own. That is not allowed, because it can "
        "read foreign files. Remove the DOCTYPE line.",
    ),
    "xml_too_many_elements": (
        "error",
        "Filen har för många element: gränsen är {limit}. Dela upp processen i flera filer.",
        "The file has too many elements: the limit is {limit}. "
        "Split the process into several files.",
    ),
    "xml_too_deep": (
        "error",
        "Elementen i filen är nästlade för djupt: gränsen är {limit} nivåer. "
        "Gör delprocesser till egna processer.",
        "The file's elements are nested too deep: the limit is {limit} levels. "
        "Make sub-processes processes of their own.",
    ),
    "xml_too_many_attributes": (
        "error",
        "Elementet {name} har för många attribut: gränsen är {limit}. Ta bort dem som inte behövs.",
        "The element {name} has too many attributes: the limit is {limit}. Remove those that are "
        "not needed.",
    ),
    "no_process": (
        "fatal",
        "Filen innehåller ingen process, bara ramen omkring. Rita en process (process) och gör den "
        "körbar.",
        "The file holds no process, only what is around one. Draw a process and make it "
        "executable.",
    ),
    "drawing_only": (
        "gap",
        "Filen innehåller ingen process, bara det som är ritat omkring. Den sparas som ritning "
        "och kan inte startas. Rita en process om något ska köras.",
        "The file holds no process, only what is drawn around one. It is kept as a drawing and "
        "cannot be started. Draw a process if something is to run.",
    ),
    "process_not_executable": (
        "gap",
        "{element} är inte körbar (isExecutable är false). Den sparas som ritning och kan inte "
        "startas. Sätt isExecutable till true om den ska köras.",
        "{element} is not executable (isExecutable is false). It is kept as a drawing and cannot "
        "be started. Set isExecutable to true if it is to run.",
    ),
    "process_executable_missing": (
        "gap",
        "{element} är inte märkt som körbar (isExecutable saknas). Den sparas som ritning och kan "
        "inte startas. Sätt isExecutable till true om den ska köras.",
        "{element} is not marked as executable (isExecutable is missing). It is kept as a drawing "
        "and cannot be started. Set isExecutable to true if it is to run.",
    ),
    "process_twice": (
        "fatal",
        "{element} finns också i filen {other}. En process får finnas i en fil. Behåll den i en "
        "av dem.",
        "{element} is also in the file {other}. A process may stand in one file. Keep it in one "
        "of them.",
    ),
    "process_empty": (
        "warning",
        "{element} är tom: den innehåller inga händelser eller uppgifter. Rita dess steg eller ta "
        "bort den.",
        "{element} is empty: it holds no events or tasks. Draw its steps or remove it.",
    ),
    "process_too_large": (
        "refused",
        "{element} har {count} element, fler än {limit}. Dela upp den med anrop (call activity).",
        "{element} has {count} nodes, more than {limit}. Split it with call activities.",
    ),
    "process_too_tangled": (
        "refused",
        "{element} har {count} flöden, fler än {limit}. Dela upp den med anrop (call activity).",
        "{element} has {count} sequence flows, more than {limit}. Split it with call activities.",
    ),
    "processes_too_many": (
        "refused",
        "Filen har {count} processer, fler än {limit}. Dela upp den i flera filer.",
        "The file has {count} processes, more than {limit}. Split it into several files.",
    ),
    "xsd": (
        "warning",
        "{element}: filen följer inte BPMN:s schema här: {reason}. Spara diagrammet på nytt i ett "
        "verktyg som skriver BPMN 2.0, eller rätta raden.",
        "{element}: the file does not follow BPMN's schema here: {reason}. Save the diagram again "
        "in a tool that writes BPMN 2.0, or correct the line.",
    ),
    "xsd_more": (
        "warning",
        "Och på {count} ställen till följer filen inte BPMN:s schema. Spara diagrammet på nytt i "
        "ett verktyg som skriver BPMN 2.0.",
        "And in {count} more places the file does not follow BPMN's schema. Save the diagram "
        "again in a tool that writes BPMN 2.0.",
    ),
    "more_of_the_same": (
        "warning",
        "Och {count} till av samma slag som: {sample}",
        "And {count} more of the same kind as: {sample}",
    ),
    "import_ignored": (
        "warning",
        "Filen vill hämta en annan fil ({location}). Främmande filer hämtas aldrig; det som står "
        "i den är okänt här. Lägg det som behövs i samma fil.",
        "The file wants to import another file ({location}). Other files are never fetched; what "
        "it holds is not known here. Put what is needed in the same file.",
    ),
}
"""Findings about files that cannot be read by their code."""
