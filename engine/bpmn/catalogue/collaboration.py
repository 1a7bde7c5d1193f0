"""Texts about pools, message flows, remarks, conversations and choreographies."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "message_flow_from_start": (
        "warning",
        "{element} börjar i {source}; en starthändelse sänder inget. Dra flödet från steget som "
        "sänder.",
        "{element} begins at {source}; a start event sends nothing. Draw the flow from the step "
        "that sends.",
    ),
    "message_flow_from_catch": (
        "warning",
        "{element} utgår från {source}, som väntar på ett meddelande och inte sänder något. Dra "
        "det från det som sänder.",
        "{element} leaves {source}, which waits for a message and sends none. Draw it from what "
        "sends.",
    ),
    "message_flow_to_throw": (
        "warning",
        "{element} leder till {target}, som sänder ett meddelande och inte tar emot något. Dra det "
        "till det som väntar.",
        "{element} leads to {target}, which sends a message and receives none. Draw it to what "
        "waits.",
    ),
    "message_flow_to_end": (
        "warning",
        "{element} leder till {target}; en sluthändelse tar inte emot något. Dra flödet till "
        "steget som tar emot.",
        "{element} leads to {target}; an end event receives nothing. Draw the flow to the step "
        "that receives.",
    ),
    "message_flow_to_other": (
        "warning",
        "{element} leder till {target}, som inte väntar på något meddelande. Dra flödet till ett "
        "steg som väntar på meddelandet.",
        "{element} leads to {target}, which does not wait for a message. Draw the flow to a step "
        "that waits for the message.",
    ),
    "message_flow_without_message": (
        "warning",
        "{element} börjar i {source}, som inte sänder något meddelande. Dra flödet från ett steg "
        "som sänder meddelandet.",
        "{element} begins at {source}, which does not send a message. Draw the flow from a step "
        "that sends the message.",
    ),
    "message_flow_in_pool": (
        "warning",
        "{element} går inom samma pool, från {source} till {target}. Använd ett sekvensflöde.",
        "{element} stays within one pool, from {source} to {target}. Use a sequence flow.",
    ),
    "participant_number": (
        "warning",
        "{element}: antalet deltagare måste vara minst 0, högst minst 1, och minst ≤ högst.",
        "{element}: the number of participants needs minimum ≥ 0, maximum ≥ 1 and minimum ≤ "
        "maximum.",
    ),
    "pool_twice": (
        "warning",
        "{element} visar processen {process}, som redan visas i en annan pool. Behåll en av "
        "poolerna.",
        "{element} shows the process {process}, which another pool shows already. Keep one of the "
        "pools.",
    ),
    "text_format": (
        "warning",
        "{element}: textFormat ”{value}” är ingen MIME-typ. Skriv till exempel text/plain.",
        '{element}: textFormat "{value}" is not a MIME type. Write text/plain, for example.',
    ),
    "lane_elsewhere": (
        "warning",
        "{element} räknar upp {node}, som står i en annan process eller delprocess. Ta bort den ur "
        "banan.",
        "{element} lists {node}, which stands in another process or sub-process. Take it out of "
        "the lane.",
    ),
    "conversation_participants": (
        "warning",
        "{element} har färre än två deltagare. Välj minst två pooler.",
        "{element} has fewer than two participants. Choose two pools at least.",
    ),
    "conversation_link_ends": (
        "warning",
        "{element} ska gå mellan en konversation och en pool, en aktivitet eller en händelse. Dra "
        "om den.",
        "{element} must go between a conversation and a pool, an activity or an event. Draw it "
        "anew.",
    ),
    "global_conversation_holds": (
        "warning",
        "{element} innehåller {held}; där får bara pooler, meddelandeflöden och "
        "korrelationsnycklar stå. Flytta den till ett samarbete.",
        "{element} holds {held}; only pools, message flows and correlation keys may stand there. "
        "Move it to a collaboration.",
    ),
    "correlation_property_foreign": (
        "warning",
        "{element} binder {value}, som inte ingår i dess korrelationsnyckel. Lägg till egenskapen "
        "i nyckeln, eller ta bort bindningen.",
        "{element} binds {value}, which is not in its correlation key. Add the property to the "
        "key, or remove the binding.",
    ),
    "choreography_participants": (
        "warning",
        "{element} ska ha exakt två deltagare. Välj två pooler.",
        "{element} must have exactly two participants. Choose two pools.",
    ),
    "choreography_initiator": (
        "warning",
        "{element} börjas av {value}, som inte är en av dess deltagare. Välj en av dem.",
        "{element} is begun by {value}, which is not one of its participants. Choose one of them.",
    ),
    "choreography_message": (
        "warning",
        "{element} har {flow}, som inte går mellan dess deltagare. Välj ett meddelande mellan dem.",
        "{element} has {flow}, which does not go between its participants. Choose a message "
        "between them.",
    ),
    "choreography_holds": (
        "warning",
        "{element} får inte stå i {scope}: där ryms bara det som alla parter ser. Flytta eller ta "
        "bort den.",
        "{element} may not stand in {scope}: only what all parties see belongs there. Move or "
        "remove it.",
    ),
}
"""Findings about what several parties share by their code."""
