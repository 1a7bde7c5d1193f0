"""Running instances go to another version of their process.

``position`` says where an instance's tokens stand, ``compare`` what of one version is what of the
other (``graph`` knows their ways, ``listeners`` their events), ``assess`` whether such an instance
can go (``notrun``: which new activities lie before it), ``rehearsal`` tries it in memory and
``preview`` tells it of many. ``rewrite`` puts the tokens on the other diagram; ``apply`` does it
for several instances in a transaction, with their rows (``tasks``, ``planrows``, ``writes``) and a
``snapshot`` of each to go back to; ``job`` does it for all, and survives being killed; ``skipped``
keeps what was inserted before the place where an instance was. Nothing here commits.
"""
