"""Serviceplan, under the one name that it is installed by.

A wheel has everything below this package: ``serviceplan.engine`` is the engine, ``serviceplan.web``
the application. In the sources ``engine/`` and ``web/`` stand beside it (docs/decisions/0020), and
``serviceplan.engine`` gives the engine's public names.
"""
