"""Tables, the database's connection and its migrations. Knows nothing of processes.

* ``tables``: the tables
* ``database``: connections, transactions, what differs between SQLite and PostgreSQL
* ``migrations``: Alembic; an empty database is brought up to date at the first start, later
  changes by ``serviceplan db upgrade``
"""
