"""Background jobs: the queues that they wait in, the worker that does them, outbound messages.

A job is a wake-up, and the rows are the truth (``engine.job_queue``): nothing here may do harm by
running twice or late. This package knows tables and history, but no rule of a process.

On SQLite jobs are rows of ``job``, claimed with a lease by the serving process. On PostgreSQL they
are Procrastinate's, deferred on the transaction's own connection, so that a rollback removes them,
and fetched by any number of workers.
"""
