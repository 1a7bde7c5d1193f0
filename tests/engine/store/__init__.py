"""The database under it all: its versions, and writes that go to it together."""
