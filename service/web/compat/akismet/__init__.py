"""Akismet's API, inbound: other programs ask this filter, and teach it."""
