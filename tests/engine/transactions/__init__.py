"""A public method is a transaction: once per key, one winner of many, whole whatever breaks off."""
