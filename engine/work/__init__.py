"""What people do with a case: user tasks, their forms and files, the plan ahead, messages, and what
could not go on."""
