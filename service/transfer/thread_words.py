"""The few words of an exported thread, in whatever language the caller has them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What HTML says besides what people wrote."""

    language: str
    """Tag, such as ``pt``: dates are written in it."""
    reply: str
    gone: str
    """In the place of a comment that was removed."""
    edited: str
    moderator: str
