"""Cases: started, planned, told messages, and lived through from the first activity to the last."""
