"""Access control: ``actions`` names what people can do, ``rules`` decides on small frozen objects
who may do it, and ``conditions`` has the same rules as SQL, for lists."""
