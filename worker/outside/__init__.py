"""Asking services outside of the house, and telling them where they were wrong."""
