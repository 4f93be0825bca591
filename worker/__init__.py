"""The laboratory: what happens to a comment between its arrival and its verdict."""
