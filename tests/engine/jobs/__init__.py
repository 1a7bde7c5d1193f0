"""What runs when nobody asks for it: timers, the outbox, workers."""
