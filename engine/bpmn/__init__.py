"""Reading diagrams: from bytes to what the rest of the engine uses. Nothing here runs anything.

source      bytes → safe tree, the only entrance of XML
vocabulary  our extension elements (``meta`` has the values, ``forms`` and ``lanes`` read parts)
model       the processes as plain data, for the runtime
layout      the geometry, for the drawing
sheets      the phases and their activities, for the plan
expressions which language an expression is in, and whether it is FEEL
lint        the checks; ``findings`` and ``catalogue`` make their sentences
"""
