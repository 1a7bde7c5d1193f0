"""The history and the signatures: what can never be taken back."""
