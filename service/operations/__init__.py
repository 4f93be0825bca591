"""Acts: what Foyer can do, one per module. They take an open session, never commit."""
