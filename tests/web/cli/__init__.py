"""The ``serviceplan`` command: what it prints, starts and says no to."""
