"""Texts about events, timers, activities, calls, data and what is drawn around them."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

EVENTS: dict[str, Text] = {
    "event_kind": (
        "error",
        "{element} kan inte ha {event}.",
        "{element} cannot have {event}.",
    ),
    "event_without_definition": (
        "error",
        "{element} säger inte vad den väntar på. Välj meddelande, tid, signal eller villkor.",
        "{element} does not say what it waits for. Choose a message, timer, signal or condition.",
    ),
    "link_not_alone": (
        "error",
        "{element} har en länk tillsammans med annat; en länk står ensam.",
        "{element} has a link together with other things; a link stands alone.",
    ),
    "message_not_named": (
        "gap",
        "{element} säger inte vilket meddelande det gäller, så inget kan nå den. Välj meddelande.",
        "{element} does not say which message it is about, so none can reach it. Choose a message.",
    ),
    "signal_not_named": (
        "warning",
        "{element} säger inte vilken signal det gäller, så ingen kan nå den. Välj signal.",
        "{element} does not say which signal it is about, so none can reach it. Choose a signal.",
    ),
    "task_without_message": (
        "warning",
        "{element} har inget meddelande. Välj det meddelande som den väntar på eller sänder.",
        "{element} has no message. Choose the message that it waits for or sends.",
    ),
    "message_without_operation": (
        "info",
        "{element} har ingen operation. Här räcker meddelandets namn.",
        "{element} has no operation. Here the message's name is enough.",
    ),
    "escalation_without_code": (
        "warning",
        "{element} eskalerar utan kod, så bara den som fångar alla eskaleringar märker det.",
        "{element} escalates without a code, so only what catches every escalation notices.",
    ),
    "error_without_code": (
        "warning",
        "{element} kastar ett fel utan kod, så bara den som fångar alla fel märker det.",
        "{element} throws an error without a code, so only what catches every error notices.",
    ),
    "condition_missing": (
        "error",
        "{element} har inget villkor att vänta på.",
        "{element} has no condition to wait for.",
    ),
    "link_without_target": (
        "error",
        "{element} hoppar till länken ”{name}”, som inte finns på samma nivå.",
        '{element} jumps to the link "{name}", which is not on the same level.',
    ),
    "link_with_targets": (
        "error",
        "{element} hoppar till länken ”{name}”, som har mer än ett mål.",
        '{element} jumps to the link "{name}", which has more than one target.',
    ),
    "link_without_source": (
        "warning",
        "{element} är målet för ett hopp, men inget hopp leder dit.",
        "{element} is the target of a jump, but no jump leads there.",
    ),
    "link_disagrees": (
        "error",
        "{element} säger att {source} hoppar hit, men det hoppet leder någon annanstans.",
        "{element} says that {source} jumps here, but that jump leads elsewhere.",
    ),
    "definition_not_shared": (
        "warning",
        "{element} lånar händelsen i {other}. Lägg den överst i filen om flera ska dela den.",
        "{element} borrows the event inside {other}. Put it at the top of the file if several "
        "share it.",
    ),
    "instantiate_with_incoming": (
        "warning",
        "{element} startar processen och ska inte ha ett inkommande flöde.",
        "{element} starts the process and must not have an incoming flow.",
    ),
    "compensation_without_handler": (
        "warning",
        "{element} har ingen association till en aktivitet som är märkt som kompensation.",
        "{element} has no association to an activity that is marked for compensation.",
    ),
    "timer_start_waits": (
        "warning",
        "{element} startar inga ärenden av sig själv. Den som startar ett ärende får det att vänta "
        "här tills tiden är inne.",
        "{element} starts no case by itself. Whoever starts a case has it wait here until the time "
        "has come.",
    ),
    "compensation_of_nothing": (
        "error",
        "{element} kompenserar, men inget i processen har någon kompensation. Rita en kanthändelse "
        "för kompensation på det som ska göras ogjort.",
        "{element} compensates, but nothing in the process has a compensation. Draw a compensation "
        "boundary event on what is to be undone.",
    ),
    "handler_without_compensation": (
        "warning",
        "{element} är märkt som kompensation, men ingen kanthändelse leder dit med en association.",
        "{element} is marked for compensation, but no boundary event leads to it by an "
        "association.",
    ),
    "parallel_multiple_single": (
        "warning",
        "{element} väntar på flera händelser (parallelMultiple) men har högst en.",
        "{element} waits for several events (parallelMultiple) but has one at most.",
    ),
    "start_not_interrupting": (
        "warning",
        "{element} är icke avbrytande, vilket bara gäller i en händelsedelprocess.",
        "{element} is non-interrupting, which is only for event sub-processes.",
    ),
    "event_not_run": (
        "gap",
        "{element} har {event}, som inte kan köras här ännu. Processen sparas som ritning.",
        "{element} has {event}, which cannot be run here yet. The process is kept as a drawing.",
    ),
    "timer_one_of": (
        "error",
        "{element} ska ha exakt en tid (datum, tidslängd eller upprepning) men har {count}.",
        "{element} must have exactly one time (date, duration or cycle) but has {count}.",
    ),
    "timers_several": (
        "gap",
        "{element} väntar på {count} tider. Rita en händelse för varje tid; processen sparas som "
        "ritning.",
        "{element} waits for {count} times. Draw an event for each of them; the process is kept "
        "as a drawing.",
    ),
    "timer_empty": (
        "error",
        "{element} har en tom tid. Skriv till exempel {example}.",
        "{element} has an empty time. Write {example}, for example.",
    ),
    "timer_malformed": (
        "error",
        "{element}: tiden ”{value}” kan inte användas. Skriv till exempel {example}, eller FEEL "
        "som börjar med =.",
        '{element}: the time "{value}" cannot be used. Write {example}, for example, or FEEL that '
        "starts with =.",
    ),
    "timer_too_long": (
        "error",
        "{element}: tiden ”{value}” är längre än tio år.",
        '{element}: the time "{value}" is longer than ten years.',
    ),
}
ACTIVITIES: dict[str, Text] = {
    "kind_not_run": (
        "gap",
        "{element} ({kind}) kan inte köras här. Processen sparas som ritning och kan inte startas. "
        "Gör steget till en användaruppgift om en människa ska göra det.",
        "{element} ({kind}) cannot be run here. The process is kept as a drawing and cannot be "
        "started. Make the step a user task if a person is to do it.",
    ),
    "quantity": (
        "error",
        "{element}: {name} ska vara minst 1 men är ”{value}”.",
        '{element}: {name} must be 1 at least but is "{value}".',
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
        "{element} har både ett antal och en samling; antalet gäller.",
        "{element} has both a number and a collection; the number counts.",
    ),
    "loop_behaviour_incomplete": (
        "warning",
        "{element}: upprepningens behavior är {value} men händelsen som hör till saknas.",
        "{element}: the behavior of the repetition is {value}, but its event is missing.",
    ),
    "loop_number": (
        "error",
        "{element} ska upprepas ”{value}” gånger; högst {limit} är tillåtet.",
        '{element} is to be repeated "{value}" times; {limit} at most are allowed.',
    ),
    "loop_without_condition": (
        "warning",
        "{element} är en slinga utan villkor och utan högsta antal.",
        "{element} is a loop without a condition and without a maximum.",
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
        "{element}: kretsen {nodes} väntar aldrig. Tar den för många varv stoppas den.",
        "{element}: the circle {nodes} never waits. If it takes too many rounds it is stopped.",
    ),
    "call_without_target": (
        "error",
        "{element} säger inte vilken process den anropar (calledElement).",
        "{element} does not say which process it calls (calledElement).",
    ),
    "call_foreign": (
        "gap",
        "{element} anger den anropade processen på Camunda 8:s sätt. Ange den med calledElement.",
        "{element} names the called process in Camunda 8's way. Give it with calledElement.",
    ),
    "call_dynamic": (
        "gap",
        "{element} räknar ut vilken process den anropar ({called}); det kan inte köras här.",
        "{element} computes which process it calls ({called}); that cannot be run here.",
    ),
    "call_unknown": (
        "here",
        "{element} anropar processen ”{called}”, som varken finns i uppladdningen eller är "
        "driftsatt.",
        '{element} calls the process "{called}", which is neither in the upload nor deployed.',
    ),
    "call_global_task": (
        "gap",
        "{element} anropar {called}; globala uppgifter kan inte köras här. Processen sparas som "
        "ritning.",
        "{element} calls {called}; global tasks cannot be run here. The process is kept as a "
        "drawing.",
    ),
    "call_of_drawing": (
        "gap",
        "{element} anropar processen {called}, som bara sparas som ritning och inte kan startas.",
        "{element} calls the process {called}, which is only kept as a drawing and cannot be "
        "started.",
    ),
    "called_without_plain_start": (
        "error",
        "{element} anropas men har ingen tom starthändelse att börja med.",
        "{element} is called but has no plain start event to begin with.",
    ),
    "call_for_ever": (
        "error",
        "{element}: processerna {processes} anropar varandra utan slut, och ingen väntar på vägen.",
        "{element}: the processes {processes} call each other without end, and nothing waits on "
        "the way.",
    ),
    "call_may_not_end": (
        "warning",
        "{element}: processerna {processes} anropar varandra i krets. Blir det för djupt stoppas "
        "det.",
        "{element}: the processes {processes} call each other in a circle. If it gets too deep it "
        "is stopped.",
    ),
}
DATA: dict[str, Text] = {
    "data_collection": (
        "warning",
        "{element} och {item} är inte överens om att vara en samling (isCollection).",
        "{element} and {item} do not agree on being a collection (isCollection).",
    ),
    "output_to_input": (
        "warning",
        "{element} skriver till {target}, som är indata.",
        "{element} writes to {target}, which is an input.",
    ),
    "input_from_output": (
        "warning",
        "{element} läser ur {target}, som är utdata.",
        "{element} reads from {target}, which is an output.",
    ),
    "data_set_missing": (
        "warning",
        "{element} har in- och utdata utan {name}.",
        "{element} has inputs and outputs without an {name}.",
    ),
    "data_not_in_set": (
        "warning",
        "{element}: {data} hör inte till någon {name}.",
        "{element}: {data} belongs to no {name}.",
    ),
    "event_data_count": (
        "warning",
        "{element} har {data} data men {events} händelsedefinitioner; det ska vara lika många.",
        "{element} has {data} data but {events} event definitions; there must be as many.",
    ),
    "event_data_type": (
        "warning",
        "{element}: {data} har inte den typ som händelsen bär.",
        "{element}: {data} does not have the type that the event carries.",
    ),
    "data_sets": (
        "warning",
        "{element} ska ha exakt en {name}.",
        "{element} must have exactly one {name}.",
    ),
    "message_data_count": (
        "warning",
        "{element} har {count} data för {message}; ett räcker.",
        "{element} has {count} data for {message}; one is enough.",
    ),
    "message_data_type": (
        "warning",
        "{element}: {data} har inte samma typ som {message}.",
        "{element}: {data} does not have the type of {message}.",
    ),
    "call_data": (
        "warning",
        "{element} och {called} är inte överens om sina data ({name}).",
        "{element} and {called} do not agree on their data ({name}).",
    ),
    "binding_missing": (
        "warning",
        "{element} stöder ett gränssnitt men binder inga data till det (ioBinding).",
        "{element} supports an interface but binds no data to it (ioBinding).",
    ),
    "loop_data": (
        "warning",
        "{element} upprepas över {found}, som inte hör till dess egna data.",
        "{element} is repeated over {found}, which is none of its own data.",
    ),
    "loop_item": (
        "warning",
        "{element}: {item} är inte ett enskilt värde ur {collection}.",
        "{element}: {item} is not a single value of {collection}.",
    ),
    "message_flow_from_start": (
        "warning",
        "{element} börjar i {source}; en starthändelse sänder inget.",
        "{element} begins at {source}; a start event sends nothing.",
    ),
    "message_flow_to_end": (
        "warning",
        "{element} leder till {target}; en sluthändelse tar inte emot något.",
        "{element} leads to {target}; an end event receives nothing.",
    ),
    "message_flow_to_other": (
        "warning",
        "{element} leder till {target}, som inte väntar på något meddelande.",
        "{element} leads to {target}, which does not wait for a message.",
    ),
    "message_flow_without_message": (
        "warning",
        "{element} börjar i {source}, som inte sänder något meddelande.",
        "{element} begins at {source}, which does not send a message.",
    ),
    "message_flow_in_pool": (
        "warning",
        "{element} går inom samma pool, från {source} till {target}.",
        "{element} stays within one pool, from {source} to {target}.",
    ),
    "participant_number": (
        "warning",
        "{element}: antalet deltagare måste vara minst 0, högst minst 1, och minst ≤ högst.",
        "{element}: the number of participants needs minimum ≥ 0, maximum ≥ 1 and minimum ≤ "
        "maximum.",
    ),
    "pool_twice": (
        "warning",
        "{element} visar processen {process}, som redan visas i en annan pool.",
        "{element} shows the process {process}, which another pool shows already.",
    ),
    "text_format": (
        "warning",
        "{element}: textFormat ”{value}” är ingen MIME-typ.",
        '{element}: textFormat "{value}" is not a MIME type.',
    ),
    "performer_ambiguous": (
        "warning",
        "{element}: vem som ska göra det anges på två sätt, eller med parametrar utan resurs.",
        "{element}: who is to do it is said in two ways, or with parameters but no resource.",
    ),
}
TEXTS: dict[str, Text] = {**EVENTS, **ACTIVITIES, **DATA}
