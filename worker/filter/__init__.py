"""The learned model: what it looks at, how it learns, explains and is stored."""
