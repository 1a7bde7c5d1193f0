"""Running instances: SpiffWorkflow moves the tokens, the rows here follow them.

``executor`` is the only importer of SpiffWorkflow beside its extensions in ``spiff/`` (and
``state``, which stores them). ``advance`` is the work list that a write starts; ``tasks``,
``cases``, ``deploy`` and ``incidents`` are what people can do. Nothing here commits.
"""
