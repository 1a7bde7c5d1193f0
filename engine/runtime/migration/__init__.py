"""Running instances move to another version of their process.

``compare`` decides whether an instance can, from where its tokens stand and what differs between
the two diagrams (``graph`` knows their ways); ``rewrite`` puts the tokens on the other diagram;
``apply`` does it for one instance in its transaction, with its rows (``tasks``, ``plan``,
``waits``) and a ``snapshot`` to go back to; ``job`` does it for many, and survives being killed;
``skipped`` keeps what was inserted before the place where an instance was. Nothing here commits.
"""
