"""Isso's client API: everything that its unchanged widget asks for."""

from service.web.compat.isso import feed, reading, writing
from service.web.compat.isso.door import bp

__all__ = ["bp", "feed", "reading", "writing"]
