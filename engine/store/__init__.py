"""Tables, the connection to the database, and its migrations. Knows nothing of processes.

* ``tables``: the tables, a module for each noun
* ``database``: connections and transactions; ``postgresql``: what is different there
* ``batch``: writes that are sent together
* ``words``: the index of words for searching cases and people
* ``migrations``: Alembic's; an empty database gets all tables at the first start, an older one is
  upgraded by ``serviceplan db upgrade``
"""
