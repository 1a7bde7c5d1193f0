"""Running instances: SpiffWorkflow moves the tokens, the rows here follow them.

``executor`` is the only importer of SpiffWorkflow beside its extensions in ``spiff/`` (and
``state``, which stores them). ``step`` is the work list that a write starts, ``advance`` what a
move of tokens leads to. What people can do stands in ``engine/work``. Nothing here commits.
"""
