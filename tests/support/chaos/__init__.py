"""The product as processes that may be killed, a client that asks again, and the books that are
checked afterwards: what the tests of `tests/chaos/` share."""
