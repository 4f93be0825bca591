"""Questions from outside: other programs ask what a comment of theirs is."""
