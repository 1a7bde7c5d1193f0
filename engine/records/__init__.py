"""What can never be taken back: the history and the signatures."""
