"""Texts about sequence flows, gateways, processes and sub-processes."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "flow_crosses_subprocess": (
        "error",
        "{element} går över gränsen till en delprocess, från {source} till {target}. Dra flödet "
        "till delprocessen själv.",
        "{element} crosses the border of a sub-process, from {source} to {target}. Draw the flow "
        "to the sub-process itself.",
    ),
    "flow_crosses_pool": (
        "error",
        "{element} går mellan två pooler, från {source} till {target}. Använd ett meddelande.",
        "{element} goes between two pools, from {source} to {target}. Use a message.",
    ),
    "flow_twice": (
        "warning",
        "{element} går mellan samma två element som {other}: det blir två, inte ett.",
        "{element} joins the same two elements as {other}: there will be two tokens, not one.",
    ),
    "start_with_incoming": (
        "error",
        "{element} har ett inkommande flöde. Dra flödet till det som följer efter starten.",
        "{element} has an incoming flow. Draw the flow to what follows the start.",
    ),
    "start_without_outgoing": (
        "error",
        "{element} leder ingenstans. Dra ett flöde till det första steget.",
        "{element} leads nowhere. Draw a flow to the first step.",
    ),
    "end_with_outgoing": (
        "error",
        "{element} har ett utgående flöde. Ta bort flödet, eller byt händelse.",
        "{element} has an outgoing flow. Remove the flow, or use another event.",
    ),
    "boundary_with_incoming": (
        "error",
        "{element} har ett inkommande flöde, men den börjar när dess händelse inträffar.",
        "{element} has an incoming flow, but it begins when its event happens.",
    ),
    "boundary_without_outgoing": (
        "error",
        "{element} leder ingenstans. Dra ett flöde till det som ska hända.",
        "{element} leads nowhere. Draw a flow to what is to happen.",
    ),
    "compensation_boundary_with_flow": (
        "warning",
        "{element} har ett utgående flöde. Kompensation kopplas med en association i stället.",
        "{element} has an outgoing flow. Compensation is joined by an association instead.",
    ),
    "intermediate_without_outgoing": (
        "error",
        "{element} leder ingenstans. Dra ett flöde vidare, eller använd en sluthändelse.",
        "{element} leads nowhere. Draw a flow onwards, or use an end event.",
    ),
    "intermediate_without_incoming": (
        "error",
        "{element} nås aldrig: inget flöde leder dit. Dra ett flöde dit, eller använd en "
        "starthändelse.",
        "{element} is never reached: no flow leads there. Draw a flow to it, or use a start event.",
    ),
    "link_throw_with_outgoing": (
        "error",
        "{element} är ett hopp (länk) och kan inte också ha ett utgående flöde.",
        "{element} is a jump (link) and cannot have an outgoing flow as well.",
    ),
    "link_catch_with_incoming": (
        "error",
        "{element} är målet för ett hopp (länk) och kan inte också ha ett inkommande flöde.",
        "{element} is the target of a jump (link) and cannot have an incoming flow as well.",
    ),
    "event_subprocess_with_flow": (
        "error",
        "{element} startas av sin händelse och kan inte ha flöden till eller från sig.",
        "{element} is started by its event and cannot have flows to or from it.",
    ),
    "compensation_activity_with_flow": (
        "error",
        "{element} är en kompensation och kan inte ha flöden till eller från sig.",
        "{element} is a compensation and cannot have flows to or from it.",
    ),
    "node_without_incoming": (
        "here",
        "{element} nås aldrig: inget flöde leder dit. Dra ett flöde dit eller ta bort den.",
        "{element} is never reached: no flow leads there. Draw a flow to it or remove it.",
    ),
    "node_without_outgoing": (
        "error",
        "{element} leder ingenstans, fast processen har sluthändelser. Dra ett flöde därifrån.",
        "{element} leads nowhere, though there are end events. Draw a flow from it.",
    ),
    "node_unreachable": (
        "warning",
        "{element} kan aldrig nås från starten.",
        "{element} can never be reached from the start.",
    ),
    "gateway_direction": (
        "warning",
        "{element} är märkt {direction} men har {ins} flöden in och {outs} ut.",
        "{element} is marked {direction} but has {ins} flows in and {outs} out.",
    ),
    "default_not_outgoing": (
        "error",
        "{element} har {flow} som förval, men det flödet utgår inte därifrån.",
        "{element} has {flow} as its default, but that flow does not leave it.",
    ),
    "default_with_condition": (
        "warning",
        "{element} är förvalet ur {source}; dess villkor används inte.",
        "{element} is the default out of {source}; its condition is not used.",
    ),
    "flow_without_condition": (
        "warning",
        "{element} ur {source} har inget villkor och är inte förvalet, så det väljs alltid. "
        "Ge det ett villkor eller gör det till förval.",
        "{element} out of {source} has no condition and is not the default, so it is always "
        "taken. Give it a condition or make it the default.",
    ),
    "gateway_without_default": (
        "warning",
        "{element} har inget förval: om inget villkor stämmer stannar processen där med ett fel.",
        "{element} has no default flow: if no condition holds, the process stops there with an "
        "incident.",
    ),
    "condition_not_used": (
        "warning",
        "{element} har ett villkor, men ur {source} används inga villkor.",
        "{element} has a condition, but conditions are not used out of {source}.",
    ),
    "event_gateway_one_way": (
        "warning",
        "{element} behöver minst två vägar ut.",
        "{element} needs two ways out at least.",
    ),
    "event_gateway_target": (
        "error",
        "{element} får bara leda till väntande händelser (meddelande, tid, signal, villkor) och "
        "mottagningsuppgifter, men leder till {target}.",
        "{element} may lead to catching events (message, timer, signal, condition) and receive "
        "tasks only, but leads to {target}.",
    ),
    "event_gateway_target_shared": (
        "warning",
        "{element} följer på {gateway} och får inte nås någon annan väg.",
        "{element} follows {gateway} and may not be reached any other way.",
    ),
    "event_gateway_mixed": (
        "warning",
        "{element} leder både till mottagningsuppgifter och till meddelandehändelser.",
        "{element} leads both to receive tasks and to message events.",
    ),
    "event_subprocess_starts": (
        "error",
        "{element} är en händelsedelprocess och ska ha exakt en starthändelse, men har {count}.",
        "{element} is an event sub-process and must have exactly one start event, but has {count}.",
    ),
    "event_subprocess_twice": (
        "warning",
        "{element} väntar på samma sak som {other}; bara en av dem kan avbryta.",
        "{element} waits for the same thing as {other}; only one of them can interrupt.",
    ),
    "event_subprocess_trigger": (
        "error",
        "{element} ska vänta på ett meddelande, en tid, ett fel, en eskalering, en kompensation, "
        "ett villkor eller en signal, eftersom {scope} startas av en händelse.",
        "{element} must wait for a message, timer, error, escalation, compensation, condition or "
        "signal, because {scope} is started by an event.",
    ),
    "event_must_interrupt": (
        "error",
        "{element} avbryter alltid: ett fel, en kompensation eller ett avbrott kan inte vara icke "
        "avbrytande.",
        "{element} always interrupts: an error, compensation or cancel cannot be non-interrupting.",
    ),
    "subprocess_start_trigger": (
        "error",
        "{element} har en händelse, men {scope} startas av flödet dit. Använd en tom start.",
        "{element} has an event, but {scope} is started by the flow to it. Use a plain start.",
    ),
    "start_trigger": (
        "error",
        "{element}: en process kan inte starta med {event}.",
        "{element}: a process cannot start with {event}.",
    ),
    "ad_hoc_empty": (
        "error",
        "{element} är tom. Lägg minst en aktivitet i den.",
        "{element} is empty. Put one activity in it at least.",
    ),
    "ad_hoc_forbidden": (
        "error",
        "{element} får inte stå i {scope}: där börjar och slutar arbetet utan händelser.",
        "{element} may not stand in {scope}: work begins and ends there without events.",
    ),
    "choreography_in_process": (
        "error",
        "{element} hör till en koreografi och får inte stå i en process.",
        "{element} belongs to a choreography and may not stand in a process.",
    ),
    "cancel_outside_transaction": (
        "error",
        "{element} avbryter en transaktion men står inte i någon.",
        "{element} cancels a transaction but does not stand in one.",
    ),
    "cancel_not_on_transaction": (
        "error",
        "{element} väntar på ett avbrott men sitter på {host}, som inte är någon transaktion.",
        "{element} waits for a cancel but is attached to {host}, which is no transaction.",
    ),
    "specification_in_subprocess": (
        "warning",
        "{element} har egna in- och utdata; det får bara processer och uppgifter ha.",
        "{element} has inputs and outputs of its own; only processes and tasks may.",
    ),
    "flow_not_listed": (
        "error",
        "{element} och andra änden av {flow} är inte överens om att flödet finns (incoming och "
        "outgoing). Öppna och spara diagrammet i en redigerare.",
        "{element} and the other end of {flow} do not agree that the flow is there (incoming and "
        "outgoing). Open and save the diagram in an editor.",
    ),
    "end_without_start": (
        "warning",
        "{element} har en sluthändelse men ingen starthändelse.",
        "{element} has an end event but no start event.",
    ),
    "start_without_end": (
        "info",
        "{element} har en starthändelse men ingen sluthändelse.",
        "{element} has a start event but no end event.",
    ),
    "conditions_only": (
        "warning",
        "{element} har bara villkorade flöden ut: om inget villkor stämmer tar vägen slut där.",
        "{element} has conditional flows out only: if no condition holds, the way ends there.",
    ),
    "gateway_idle": (
        "warning",
        "{element} har varken flera flöden in eller flera ut och gör ingenting.",
        "{element} has neither several flows in nor several out and does nothing.",
    ),
    "event_gateway_parallel": (
        "warning",
        "{element} är av typen Parallel, vilket bara gäller när den startar processen.",
        "{element} is of the type Parallel, which is only for starting a process.",
    ),
    "ad_hoc_without_completion": (
        "warning",
        "{element} har inget slutvillkor (completionCondition).",
        "{element} has no completion condition (completionCondition).",
    ),
    "process_public": (
        "warning",
        "{element} är publik (processType) men märkt som körbar.",
        "{element} is public (processType) but marked as executable.",
    ),
}
