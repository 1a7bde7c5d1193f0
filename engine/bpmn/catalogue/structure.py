"""Texts about sequence flows, gateways, processes and sub-processes."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "flow_crosses_subprocess": (
        "refused",
        "{element} går över gränsen till en delprocess, från {source} till {target}. Dra flödet "
        "till delprocessen själv.",
        "{element} crosses the border of a sub-process, from {source} to {target}. Draw the flow "
        "to the sub-process itself.",
    ),
    "flow_crosses_pool": (
        "refused",
        "{element} går mellan två pooler, från {source} till {target}. Använd ett meddelande.",
        "{element} goes between two pools, from {source} to {target}. Use a message.",
    ),
    "flow_twice": (
        "warning",
        "{element} går mellan samma två element som {other}: det blir två, inte ett. Ta bort det "
        "ena om det inte är meningen.",
        "{element} joins the same two elements as {other}: there will be two tokens, not one. "
        "Remove one if that is not meant.",
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
        "{element} har ett inkommande flöde, men den börjar när dess händelse inträffar. Ta bort "
        "flödet.",
        "{element} has an incoming flow, but it begins when its event happens. Remove the flow.",
    ),
    "boundary_without_outgoing": (
        "error",
        "{element} leder ingenstans. Dra ett flöde till det som ska hända.",
        "{element} leads nowhere. Draw a flow to what is to happen.",
    ),
    "compensation_boundary_with_flow": (
        "error",
        "{element} har ett utgående flöde, som aldrig följs. Ta bort det och dra en association "
        "till det som gör steget ogjort.",
        "{element} has an outgoing flow, which is never followed. Remove it and draw an "
        "association to what undoes the step.",
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
        "{element} är ett hopp (länk) och kan inte också ha ett utgående flöde. Ta bort flödet.",
        "{element} is a jump (link) and cannot have an outgoing flow as well. Remove the flow.",
    ),
    "link_catch_with_incoming": (
        "error",
        "{element} är målet för ett hopp (länk) och kan inte också ha ett inkommande flöde. Ta "
        "bort flödet.",
        "{element} is the target of a jump (link) and cannot have an incoming flow as well. "
        "Remove the flow.",
    ),
    "event_subprocess_with_flow": (
        "error",
        "{element} startas av sin händelse och kan inte ha flöden till eller från sig. Ta bort "
        "flödena.",
        "{element} is started by its event and cannot have flows to or from it. Remove the flows.",
    ),
    "compensation_activity_with_flow": (
        "error",
        "{element} är en kompensation och kan inte ha flöden till eller från sig. Ta bort flödena.",
        "{element} is a compensation and cannot have flows to or from it. Remove the flows.",
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
        "{element} kan aldrig nås från starten. Dra ett flöde dit eller ta bort den.",
        "{element} can never be reached from the start. Draw a flow to it or remove it.",
    ),
    "gateway_direction": (
        "warning",
        "{element} är märkt {direction} men har {ins} flöden in och {outs} ut. Rätta märkningen "
        "eller flödena.",
        "{element} is marked {direction} but has {ins} flows in and {outs} out. Correct the mark "
        "or the flows.",
    ),
    "default_not_outgoing": (
        "error",
        "{element} har {flow} som förval, men det flödet utgår inte därifrån. Välj ett flöde som "
        "utgår därifrån.",
        "{element} has {flow} as its default, but that flow does not leave it. Choose a flow that "
        "leaves it.",
    ),
    "default_with_condition": (
        "warning",
        "{element} är förvalet ur {source}; dess villkor används inte. Ta bort villkoret, eller "
        "välj ett annat förval.",
        "{element} is the default out of {source}; its condition is not used. Remove the "
        "condition, or choose another default.",
    ),
    "flow_without_condition": (
        "warning",
        "{element} ur {source} har inget villkor och är inte förvalet, så det väljs alltid. "
        "Ge det ett villkor eller gör det till förval.",
        "{element} out of {source} has no condition and is not the default, so it is always "
        "taken. Give it a condition or make it the default.",
    ),
    "gateway_without_choice": (
        "gap",
        "{element} har {count} flöden ut utan villkor: bara det första skulle någonsin väljas. "
        "Processen sparas som ritning. Ge dem villkor, eller använd en parallell grind.",
        "{element} has {count} flows out without a condition: only the first would ever be taken. "
        "The process is kept as a drawing. Give them conditions, or use a parallel gateway.",
    ),
    "flow_not_immediate": (
        "gap",
        "{element} är märkt isImmediate=”false”: annat får hända innan den följs. Här följs varje "
        "flöde genast; processen sparas som ritning. Ta bort märkningen.",
        '{element} is marked isImmediate="false": other things may happen before it is followed. '
        "Here every flow is followed at once; the process is kept as a drawing. Remove the mark.",
    ),
    "gateway_without_default": (
        "warning",
        "{element} har inget förval: om inget villkor stämmer stannar processen där med ett fel. "
        "Gör ett av flödena till förval.",
        "{element} has no default flow: if no condition holds, the process stops there with an "
        "incident. Make one of the flows the default.",
    ),
    "condition_not_used": (
        "warning",
        "{element} har ett villkor, men ur {source} används inga villkor. Ta bort villkoret, "
        "eller använd en exklusiv grind.",
        "{element} has a condition, but conditions are not used out of {source}. Remove the "
        "condition, or use an exclusive gateway.",
    ),
    "complex_without_activation": (
        "warning",
        "{element} har flera flöden in men inget villkor för när den går vidare "
        "(activationCondition): den går vidare med det första. Skriv ett, till exempel "
        "= activationCount >= 2.",
        "{element} has several flows in but no condition for going on (activationCondition): it "
        "goes on with the first. Write one, for example = activationCount >= 2.",
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
        "{element} följer på {gateway} och får inte nås någon annan väg. Ta bort det andra flödet.",
        "{element} follows {gateway} and may not be reached any other way. Remove the other flow.",
    ),
    "event_gateway_mixed": (
        "warning",
        "{element} leder både till mottagningsuppgifter och till meddelandehändelser. Använd bara "
        "det ena slaget.",
        "{element} leads both to receive tasks and to message events. Use one of the kinds only.",
    ),
    "event_gateway_boundary": (
        "warning",
        "{element} följer på {gateway} och får inte ha kanthändelser. Ta bort dem, eller dra en "
        "väg till ur grinden.",
        "{element} follows {gateway} and may not have boundary events. Remove them, or draw one "
        "more way out of the gateway.",
    ),
    "event_subprocess_starts": (
        "error",
        "{element} är en händelsedelprocess och ska ha exakt en starthändelse, men har {count}.",
        "{element} is an event sub-process and must have exactly one start event, but has {count}.",
    ),
    "event_subprocess_twice": (
        "warning",
        "{element} väntar på samma sak som {other}; bara en av dem kan avbryta. Ta bort en av dem.",
        "{element} waits for the same thing as {other}; only one of them can interrupt. Remove "
        "one of them.",
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
        "avbrytande. Gör den avbrytande.",
        "{element} always interrupts: an error, compensation or cancel cannot be "
        "non-interrupting. Make it interrupting.",
    ),
    "subprocess_start_trigger": (
        "error",
        "{element} har en händelse, men {scope} startas av flödet dit. Använd en tom start.",
        "{element} has an event, but {scope} is started by the flow to it. Use a plain start.",
    ),
    "start_trigger": (
        "error",
        "{element}: en process kan inte starta med {event}. Använd en tom start.",
        "{element}: a process cannot start with {event}. Use a plain start.",
    ),
    "ad_hoc_empty": (
        "error",
        "{element} är tom. Lägg minst en aktivitet i den.",
        "{element} is empty. Put one activity in it at least.",
    ),
    "ad_hoc_forbidden": (
        "error",
        "{element} får inte stå i {scope}: där börjar och slutar arbetet utan händelser. Flytta "
        "eller ta bort den.",
        "{element} may not stand in {scope}: work begins and ends there without events. Move or "
        "remove it.",
    ),
    "choreography_in_process": (
        "error",
        "{element} hör till en koreografi och får inte stå i en process. Flytta eller ta bort den.",
        "{element} belongs to a choreography and may not stand in a process. Move or remove it.",
    ),
    "cancel_outside_transaction": (
        "error",
        "{element} avbryter en transaktion men står inte i någon. Flytta den till en transaktion, "
        "eller välj en annan händelse.",
        "{element} cancels a transaction but does not stand in one. Move it to a transaction, or "
        "choose another event.",
    ),
    "cancel_not_on_transaction": (
        "error",
        "{element} väntar på ett avbrott men sitter på {host}, som inte är någon transaktion. "
        "Flytta den till en transaktion, eller välj en annan händelse.",
        "{element} waits for a cancel but is attached to {host}, which is no transaction. Move it "
        "to a transaction, or choose another event.",
    ),
    "specification_in_subprocess": (
        "warning",
        "{element} har egna in- och utdata; det får bara processer och uppgifter ha. Ta bort dem.",
        "{element} has inputs and outputs of its own; only processes and tasks may. Remove them.",
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
        "{element} har en sluthändelse men ingen starthändelse. Rita en starthändelse.",
        "{element} has an end event but no start event. Draw a start event.",
    ),
    "start_without_end": (
        "info",
        "{element} har en starthändelse men ingen sluthändelse.",
        "{element} has a start event but no end event.",
    ),
    "conditions_only": (
        "warning",
        "{element} har bara villkorade flöden ut: om inget villkor stämmer tar vägen slut där. "
        "Gör ett av flödena till förval.",
        "{element} has conditional flows out only: if no condition holds, the way ends there. "
        "Make one of the flows the default.",
    ),
    "gateway_idle": (
        "warning",
        "{element} har varken flera flöden in eller flera ut och gör ingenting. Ta bort den eller "
        "dra fler flöden.",
        "{element} has neither several flows in nor several out and does nothing. Remove it or "
        "draw more flows.",
    ),
    "event_gateway_parallel": (
        "warning",
        "{element} är av typen Parallel, vilket bara gäller när den startar processen. Välj "
        "Exclusive.",
        "{element} is of the type Parallel, which is only for starting a process. Choose "
        "Exclusive.",
    ),
    "ad_hoc_without_completion": (
        "warning",
        "{element} har inget slutvillkor (completionCondition). Skriv ett, om den inte ska ta "
        "slut när inget i den är öppet.",
        "{element} has no completion condition (completionCondition). Write one, unless it is to "
        "end when nothing in it is open.",
    ),
    "process_public": (
        "warning",
        "{element} är publik (processType) men märkt som körbar. Ta bort märkningen som publik.",
        "{element} is public (processType) but marked as executable. Remove the mark as public.",
    ),
}
"""Findings about sequence flows, gateways and scopes by their code."""
