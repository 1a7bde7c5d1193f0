"""What runs when nobody asks for it: queues, the worker that reads them, what leaves the house.

It knows the runtime and the tables; it holds no rule of a process. A job is a wake-up, the rows
are the truth (``engine.job_queue``): nothing here may do harm by running twice or late.

On SQLite jobs are rows of ``job``, claimed with a lease in the serving process. On PostgreSQL they
are Procrastinate's, deferred on the transaction's own connection, so that a rollback takes them
back, and fetched by any number of workers.
"""

from __future__ import annotations
