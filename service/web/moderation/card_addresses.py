"""Where the links and forms of a card lead."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for

_ID = "AnyIdAtAll"
"""Stands for a comment's public id, whose characters an address has as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAddresses:
    """Addresses of one comment's pages, without a host."""

    home: str
    """Its page, and where its decision is sent to."""
    right: str
    reveal: str
    writer: str
    alike: str
    """The page of those that are alike, and where their decision is sent to."""


def card_addresses() -> Callable[[str], CardAddresses]:
    """What gives a comment's addresses by its public id.

    Flask builds each kind once for a page, not once for a card.
    """
    home, right, reveal, writer, alike = (
        url_for(endpoint, public_id=_ID)
        for endpoint in (
            *("queue.one", "queue.find_right", "writer.reveal"),
            *("writer.show", "alike.show"),
        )
    )

    def of(public_id: str) -> CardAddresses:
        return CardAddresses(
            home=home.replace(_ID, public_id),
            right=right.replace(_ID, public_id),
            reveal=reveal.replace(_ID, public_id),
            writer=writer.replace(_ID, public_id),
            alike=alike.replace(_ID, public_id),
        )

    return of
