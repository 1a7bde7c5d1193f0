"""What cannot go on: it is seen, nothing is lost, and it can be tried again."""
