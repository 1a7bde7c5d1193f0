"""Who may do what: ``actions`` names all that can be asked for, ``rules`` decides it on small
frozen objects, ``conditions`` says the same rules as SQL, for lists."""
