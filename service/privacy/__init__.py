"""E-mail at rest: the keys, sealed values, blind indexes, addresses and tokens."""
