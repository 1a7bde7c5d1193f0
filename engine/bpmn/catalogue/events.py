"""Texts about events and timers."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "event_kind": (
        "error",
        "{element} kan inte ha {event}. Välj en annan händelse.",
        "{element} cannot have {event}. Choose another event.",
    ),
    "event_without_definition": (
        "error",
        "{element} säger inte vad den väntar på. Välj meddelande, tid, signal eller villkor.",
        "{element} does not say what it waits for. Choose a message, timer, signal or condition.",
    ),
    "link_not_alone": (
        "error",
        "{element} har en länk tillsammans med annat; en länk står ensam. Ta bort länken eller "
        "det andra.",
        "{element} has a link together with other things; a link stands alone. Remove the link or "
        "the others.",
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
        "{element} eskalerar utan kod, så bara den som fångar alla eskaleringar märker det. Ge "
        "eskaleringen en kod.",
        "{element} escalates without a code, so only what catches every escalation notices. Give "
        "the escalation a code.",
    ),
    "error_without_code": (
        "warning",
        "{element} kastar ett fel utan kod, så bara den som fångar alla fel märker det. Ge felet "
        "en kod.",
        "{element} throws an error without a code, so only what catches every error notices. Give "
        "the error a code.",
    ),
    "condition_missing": (
        "error",
        "{element} har inget villkor att vänta på. Skriv ett FEEL-uttryck.",
        "{element} has no condition to wait for. Write a FEEL expression.",
    ),
    "link_without_target": (
        "error",
        "{element} hoppar till länken ”{name}”, som inte finns på samma nivå. Rita ett mål med "
        "samma namn.",
        '{element} jumps to the link "{name}", which is not on the same level. Draw a target of '
        "the same name.",
    ),
    "link_with_targets": (
        "error",
        "{element} hoppar till länken ”{name}”, som har mer än ett mål. Behåll ett mål.",
        '{element} jumps to the link "{name}", which has more than one target. Keep one target.',
    ),
    "link_without_source": (
        "warning",
        "{element} är målet för ett hopp, men inget hopp leder dit. Rita ett hopp med samma namn "
        "eller ta bort målet.",
        "{element} is the target of a jump, but no jump leads there. Draw a jump of the same name "
        "or remove the target.",
    ),
    "link_disagrees": (
        "error",
        "{element} säger att {source} hoppar hit, men det hoppet leder någon annanstans. Välj "
        "länken på nytt i båda ändarna.",
        "{element} says that {source} jumps here, but that jump leads elsewhere. Choose the link "
        "again at both ends.",
    ),
    "definition_not_shared": (
        "warning",
        "{element} lånar händelsen i {other}. Lägg den överst i filen om flera ska dela den.",
        "{element} borrows the event inside {other}. Put it at the top of the file if several "
        "share it.",
    ),
    "instantiate_with_incoming": (
        "warning",
        "{element} startar processen och ska inte ha ett inkommande flöde. Ta bort flödet eller "
        "märkningen (instantiate).",
        "{element} starts the process and must not have an incoming flow. Remove the flow or the "
        "mark (instantiate).",
    ),
    "instantiate_inside": (
        "warning",
        "{element} är märkt att starta processen (instantiate) men står i en delprocess, som "
        "flödet dit startar. Ta bort märkningen.",
        "{element} is marked to start the process (instantiate) but stands in a sub-process, which "
        "the flow to it starts. Remove the mark.",
    ),
    "boundary_elsewhere": (
        "error",
        "{element} sitter på {host}, som står i en annan delprocess eller process. Flytta den dit.",
        "{element} is attached to {host}, which stands in another sub-process or process. Move it "
        "there.",
    ),
    "boundary_twice": (
        "warning",
        "{element} väntar på samma sak som {other}; bara en av dem kan inträffa. Ta bort en av "
        "dem.",
        "{element} waits for the same thing as {other}; only one of them can happen. Remove one of "
        "them.",
    ),
    "compensation_handlers": (
        "error",
        "{element} har associationer till {count} kompensationer; den ska ha en. Lägg dem i en "
        "delprocess, eller ta bort alla utom en.",
        "{element} has associations to {count} compensations; it must have one. Put them into one "
        "sub-process, or remove all but one.",
    ),
    "compensation_target": (
        "warning",
        "{element} ska göra {other} ogjord, men den har ingen kompensation. Rita en kanthändelse "
        "för kompensation på den.",
        "{element} is to undo {other}, which has no compensation. Draw a compensation boundary "
        "event on it.",
    ),
    "compensation_out_of_sight": (
        "warning",
        "{element} ska göra {other} ogjord, som står i en annan delprocess. Välj delprocessen "
        "själv, eller flytta händelsen dit.",
        "{element} is to undo {other}, which stands in another sub-process. Choose the sub-process "
        "itself, or move the event there.",
    ),
    "compensation_without_handler": (
        "warning",
        "{element} har ingen association till en aktivitet som är märkt som kompensation. Dra en "
        "association till det som gör steget ogjort.",
        "{element} has no association to an activity that is marked for compensation. Draw an "
        "association to what undoes the step.",
    ),
    "timer_start_waits": (
        "warning",
        "{element} startar inga ärenden av sig själv. Den som startar ett ärende får det att "
        "vänta här tills tiden är inne. Ta bort tiden om ärendet ska börja genast.",
        "{element} starts no case by itself. Whoever starts a case has it wait here until the "
        "time has come. Remove the timer if a case is to begin at once.",
    ),
    "compensation_of_nothing": (
        "warning",
        "{element} kompenserar, men inget i processen har någon kompensation. Rita en kanthändelse "
        "för kompensation på det som ska göras ogjort.",
        "{element} compensates, but nothing in the process has a compensation. Draw a compensation "
        "boundary event on what is to be undone.",
    ),
    "handler_without_compensation": (
        "warning",
        "{element} är märkt som kompensation, men ingen kanthändelse leder dit med en "
        "association. Dra en association dit från en kanthändelse för kompensation.",
        "{element} is marked for compensation, but no boundary event leads to it by an "
        "association. Draw an association to it from a compensation boundary event.",
    ),
    "parallel_multiple_single": (
        "warning",
        "{element} väntar på flera händelser (parallelMultiple) men har högst en. Lägg till en "
        "händelse eller ta bort märkningen.",
        "{element} waits for several events (parallelMultiple) but has one at most. Add an event "
        "or remove the mark.",
    ),
    "start_not_interrupting": (
        "warning",
        "{element} är icke avbrytande, vilket bara gäller i en händelsedelprocess. Ta bort "
        "märkningen.",
        "{element} is non-interrupting, which is only for event sub-processes. Remove the mark.",
    ),
    "event_not_run": (
        "gap",
        "{element} har {event}, som inte kan köras här ännu. Processen sparas som ritning. Välj "
        "en annan händelse om den ska köras.",
        "{element} has {event}, which cannot be run here yet. The process is kept as a drawing. "
        "Choose another event if it is to run.",
    ),
    "timer_one_of": (
        "error",
        "{element} ska ha exakt en tid (datum, tidslängd eller upprepning) men har {count}. Ge "
        "den en enda.",
        "{element} must have exactly one time (date, duration or cycle) but has {count}. Give it "
        "one only.",
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
        "{element}: tiden ”{value}” är längre än tio år. Skriv en kortare tid.",
        '{element}: the time "{value}" is longer than ten years. Write a shorter time.',
    ),
}
"""Findings about events and their definitions by their code."""
