"""Where data live: what marks tokens as data scopes, and processes by the rules they began with."""

OWN = "own"
"""Marks a token that is a data scope of its own, a round of a repeated activity: what is written
inside it stays inside (BPMN 2.0.2, 10.4.1); or, where the mark is ``NEW``, what is set there
first does, and what is there already is written where it is."""
NEW = "new"
"""The mark of a round of a loop: rounds one after the other may count in what is around them."""
LAYERED = "layered"
"""Marks a process whose tokens look up the variables of the scopes around them. One that began
before there were such marks goes on with copies in each token, and shares all else."""
LOOPS_APART = "loops_apart"
"""Marks a process in which a loop's round is a data scope of its own. In one that began before, a
round goes on with all that the one before has left."""
