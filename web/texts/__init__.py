"""What the interface says about the engine's codes and facts, in the reader's language.

The engine gives codes, kinds and types with English messages. Each module here has the sentences
of one noun: ``errors`` (problems of an input, and error pages), ``history`` (facts), ``incidents``,
``migration`` (why an instance cannot migrate, what changes for it), ``due_dates`` (why a date is
what it is) and ``verification`` (what is broken in a hash chain). The Swedish texts stand in the
code, translations/en.po has the English ones.
"""
