"""Whole installations in and out: backups, which any database of ours can take in."""
