"""Every read of the engine: one module per noun, each function one short series of statements.

A query takes an open connection, the actor who asks and today's date, and returns frozen views. It
never writes and never commits. The number of statements never depends on the number of rows, and
every list is read along an index (``engine/store/tables/`` has them) a page at a time.
"""
