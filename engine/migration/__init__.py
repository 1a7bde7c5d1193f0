"""Running instances move to another version of their process.

``compare`` decides whether an instance can, from where its tokens stand and what differs between
the two diagrams (``graph`` knows their ways); ``rewrite`` puts the tokens on the other diagram;
``apply`` does it for several instances in a transaction, with their rows (``tasks``, ``planrows``,
``writes``) and a ``snapshot`` of each to go back to; ``job`` does it for all, and survives being
killed; ``skipped`` keeps what was inserted before the place where an instance was. Nothing here
commits.
"""
