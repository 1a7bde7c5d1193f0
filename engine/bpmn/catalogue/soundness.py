"""Texts about soundness: whether a process can always come to its end."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "deadlock": (
        "warning",
        "{element} kan bli stående för alltid, för det kommer aldrig något från {missing}. Så går "
        "det efter: {path}. Låt vägarna mötas i samma slags grind som den som delade dem.",
        "{element} can come to stand for ever, because nothing will come from {missing}. It "
        "happens after: {path}. Let ways meet in the kind of gateway that parted them.",
    ),
    "deadlock_always": (
        "error",
        "{element} blir alltid stående, för det kommer aldrig något från {missing}, och processen "
        "tar aldrig slut. Så går det efter: {path}. Låt vägarna mötas i samma slags grind som den "
        "som delade dem.",
        "{element} always comes to stand, because nothing will come from {missing}, and the "
        "process never ends. It happens after: {path}. Let ways meet in the kind of gateway that "
        "parted them.",
    ),
    "not_synchronised": (
        "warning",
        "{element}: två vägar som pågår samtidigt går vidare här var för sig, så ”{work}” kan "
        "göras två gånger. Så går det efter: {path}. Om vägarna ska vänta på varandra, låt dem "
        "mötas i en parallell eller inkluderande grind.",
        "{element}: two ways that are under way at the same time each go on from here, so "
        '"{work}" can be done twice. It happens after: {path}. If they are to wait for each '
        "other, let them meet in a parallel or inclusive gateway.",
    ),
    "work_cut_off": (
        "warning",
        "{element} avslutar allt, även ”{work}” som då kan pågå. Så går det efter: {path}. Om det "
        "ska hinna bli klart, låt vägarna mötas först eller använd en vanlig sluthändelse.",
        '{element} ends everything, also "{work}", which may be under way then. It happens '
        "after: {path}. If that is to be finished, let the ways meet first or use a plain end "
        "event.",
    ),
    "no_way_to_the_end": (
        "warning",
        "{element}: härifrån leder ingen väg till något slut, bara runt. Så går det efter: {path}. "
        "Dra en väg ut ur kretsen.",
        "{element}: from here no way leads to an end, only round. It happens after: {path}. Draw "
        "a way out of the circle.",
    ),
    "never_ends": (
        "info",
        "{element} tar aldrig slut av sig själv: ”{work}” återkommer tills någon avbryter.",
        '{element} never ends by itself: "{work}" comes again until somebody stops it.',
    ),
    "soundness_bound": (
        "info",
        "{element} kan hamna i så många lägen att bara {states} har prövats; om alla kan komma "
        "till ett slut är inte visat.",
        "{element} can get into so many states that only {states} have been tried; that all can "
        "come to an end is not shown.",
    ),
    "soundness_uncounted": (
        "info",
        "{element} väntar på ett visst antal (startQuantity); om det alltid kan komma till ett "
        "slut prövas inte.",
        "{element} waits for a certain number (startQuantity); that it can always come to an end "
        "is not tried.",
    ),
}
"""Findings of the search for deadlocks and lost tokens by their code."""
