"""The learned filter: what it looks at, what it learned, and how well it does."""
