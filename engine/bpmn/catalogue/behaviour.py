"""Texts about activities: tasks, calls, loops and who does them."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "kind_not_run": (
        "gap",
        "{element} ({kind}) kan inte köras här. Processen sparas som ritning och kan inte startas. "
        "Gör steget till en användaruppgift om en människa ska göra det.",
        "{element} ({kind}) cannot be run here. The process is kept as a drawing and cannot be "
        "started. Make the step a user task if a person is to do it.",
    ),
    "quantity": (
        "error",
        "{element}: {name} ska vara minst 1 men är ”{value}”. Skriv 1 eller ta bort attributet.",
        '{element}: {name} must be 1 at least but is "{value}". Write 1 or remove the attribute.',
    ),
    "loops_both": (
        "error",
        "{element} är märkt både som slinga och som flera instanser. Välj en av dem.",
        "{element} is marked both as a loop and as multi-instance. Choose one of them.",
    ),
    "loop_without_number": (
        "error",
        "{element} ska upprepas men säger inte hur många gånger. Ge ett antal eller en samling.",
        "{element} is to be repeated but does not say how often. Give a number or a collection.",
    ),
    "loop_collection_foreign": (
        "gap",
        "{element} upprepas över en samling som är skriven för ett annat verktyg. Ange den med "
        "loopDataInputRef.",
        "{element} is repeated over a collection that is written for another tool. Give it with "
        "loopDataInputRef.",
    ),
    "loop_number_and_collection": (
        "warning",
        "{element} har både ett antal och en samling; antalet gäller. Ta bort det som inte ska "
        "gälla.",
        "{element} has both a number and a collection; the number counts. Remove what is not to "
        "count.",
    ),
    "loop_behaviour_incomplete": (
        "warning",
        "{element}: upprepningens behavior är {value} men händelsen som hör till saknas. Välj "
        "händelsen.",
        "{element}: the behavior of the repetition is {value}, but its event is missing. Choose "
        "the event.",
    ),
    "round_keeps_its_data": (
        "warning",
        "{element}: ”{value}” sätts i varje omgång för sig och finns inte efteråt, men ett uttryck "
        "utanför frågar efter det. Lämna ut värdet med sp:out, eller alla omgångars med sp:output "
        "och sp:outputItem.",
        '{element}: "{value}" is set in each round apart and is not there afterwards, but an '
        "expression outside asks for it. Give the value out by sp:out, or those of all rounds by "
        "sp:output and sp:outputItem.",
    ),
    "loop_number": (
        "error",
        "{element} ska upprepas ”{value}” gånger; högst {limit} är tillåtet. Skriv ett heltal "
        "inom gränsen.",
        '{element} is to be repeated "{value}" times; {limit} at most are allowed. Write a whole '
        "number within the limit.",
    ),
    "loop_without_condition": (
        "warning",
        "{element} är en slinga utan villkor och utan högsta antal. Skriv ett villkor "
        "(loopCondition) eller ett högsta antal (loopMaximum).",
        "{element} is a loop without a condition and without a maximum. Write a condition "
        "(loopCondition) or a maximum (loopMaximum).",
    ),
    "loop_for_ever": (
        "error",
        "{element}: kretsen {nodes} går runt utan att någonsin vänta eller ta slut. Lägg in en "
        "användaruppgift, en tid eller en väg ut.",
        "{element}: the circle {nodes} goes round without ever waiting or ending. Put a user task, "
        "a timer or a way out in it.",
    ),
    "loop_may_not_end": (
        "warning",
        "{element}: kretsen {nodes} väntar aldrig. Tar den för många varv stoppas den. Lägg in en "
        "användaruppgift eller en tid om den ska kunna gå många varv.",
        "{element}: the circle {nodes} never waits. If it takes too many rounds it is stopped. "
        "Put a user task or a timer in it if it is to take many rounds.",
    ),
    "call_without_target": (
        "error",
        "{element} säger inte vilken process den anropar (calledElement). Välj processen.",
        "{element} does not say which process it calls (calledElement). Choose the process.",
    ),
    "call_foreign": (
        "gap",
        "{element} anger den anropade processen på Camunda 8:s sätt. Ange den med calledElement.",
        "{element} names the called process in Camunda 8's way. Give it with calledElement.",
    ),
    "call_dynamic": (
        "gap",
        "{element} räknar ut vilken process den anropar ({called}); det kan inte köras här. Skriv "
        "processens id.",
        "{element} computes which process it calls ({called}); that cannot be run here. Write the "
        "id of the process.",
    ),
    "call_unknown": (
        "here",
        "{element} anropar processen ”{called}”, som varken finns i uppladdningen eller är "
        "driftsatt. Ladda upp den tillsammans med denna, eller rätta namnet.",
        '{element} calls the process "{called}", which is neither in the upload nor deployed. '
        "Upload it together with this one, or correct the name.",
    ),
    "call_global_task": (
        "gap",
        "{element} anropar {called}; globala uppgifter kan inte köras här. Processen sparas som "
        "ritning. Gör steget till en användaruppgift.",
        "{element} calls {called}; global tasks cannot be run here. The process is kept as a "
        "drawing. Make the step a user task.",
    ),
    "call_of_drawing": (
        "gap",
        "{element} anropar processen {called}, som bara sparas som ritning och inte kan startas. "
        "Gör den körbar först.",
        "{element} calls the process {called}, which is only kept as a drawing and cannot be "
        "started. Make that one executable first.",
    ),
    "called_without_plain_start": (
        "error",
        "{element} anropas men har ingen tom starthändelse att börja med. Rita en tom "
        "starthändelse.",
        "{element} is called but has no plain start event to begin with. Draw a plain start event.",
    ),
    "call_for_ever": (
        "error",
        "{element}: processerna {processes} anropar varandra utan slut, och ingen väntar på "
        "vägen. Lägg in en användaruppgift, en tid eller en väg ut.",
        "{element}: the processes {processes} call each other without end, and nothing waits on "
        "the way. Put a user task, a timer or a way out in one of them.",
    ),
    "call_may_not_end": (
        "warning",
        "{element}: processerna {processes} anropar varandra i krets. Blir det för djupt stoppas "
        "det. Se till att det finns en väg ut.",
        "{element}: the processes {processes} call each other in a circle. If it gets too deep it "
        "is stopped. See to it that there is a way out.",
    ),
    "performer_ambiguous": (
        "warning",
        "{element}: vem som ska göra det anges på två sätt, eller med parametrar utan resurs. "
        "Behåll ett sätt.",
        "{element}: who is to do it is said in two ways, or with parameters but no resource. Keep "
        "one way.",
    ),
    "resource_parameter_foreign": (
        "warning",
        "{element} ger resursen parametern {value}, som hör till något annat. Välj en av resursens "
        "parametrar.",
        "{element} gives its resource the parameter {value}, which belongs to something else. "
        "Choose one of the resource's parameters.",
    ),
    "resource_parameter_missing": (
        "warning",
        "{element} ger inte resursen parametern {value}, som den kräver. Ange den.",
        "{element} does not give its resource the parameter {value}, which it requires. Give it.",
    ),
}
"""Findings about activities by their code."""
