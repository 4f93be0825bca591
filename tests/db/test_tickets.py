"""A ticket opens the page after a form was sent, for a day."""

import pytest
from sqlalchemy import select

from service.db.models import Ticket
from service.domain.errors import Unknown
from service.operations.tickets import (
    TICKET_LIFE,
    TicketView,
    make_ticket,
    open_ticket,
)
from service.privacy.tokens import token_digest
from tests.db.acts import Acts, make_site


def make(acts: Acts, *, proven: bool = True) -> str:
    comment = acts.submit(page="/a")
    return acts.store.write(
        lambda s: make_ticket(
            s,
            comment.comment_id,
            proven=proven,
            return_to="https://blog.example/a",
            now=acts.clock(),
        )
    )


def opened(acts: Acts, token: str, site_id: int | None = None) -> TicketView:
    return acts.store.read(
        lambda s: open_ticket(s, site_id or acts.site_id, token, acts.clock())
    )


@pytest.mark.parametrize("proven", [True, False])
def test_ticket_opens_what_it_was_made_for(acts: Acts, *, proven: bool) -> None:
    view = opened(acts, make(acts, proven=proven))
    assert view.comment.text == "Rye wants patience."
    assert (view.page, view.return_to) == ("/a", "https://blog.example/a")
    assert view.proven is proven


def test_only_the_digest_is_stored(acts: Acts) -> None:
    token = make(acts)
    stored = acts.store.read(lambda s: s.execute(select(Ticket)).scalar_one())
    assert stored.digest == token_digest(token)
    assert token.encode() not in stored.digest


def test_ticket_is_over_after_a_day(acts: Acts) -> None:
    token = make(acts)
    acts.clock.advance(TICKET_LIFE, seconds=-1)
    opened(acts, token)
    acts.clock.advance(seconds=1)
    with pytest.raises(Unknown):
        opened(acts, token)


@pytest.mark.parametrize("token", ["", "x", "\ud800", "A" * 5000])
def test_no_other_text_is_a_ticket(acts: Acts, token: str) -> None:
    make(acts)
    with pytest.raises(Unknown):
        opened(acts, token)


def test_ticket_of_one_site_opens_nothing_on_another(acts: Acts) -> None:
    token = make(acts)
    other = make_site(acts.store, "other", acts.site.policy, acts.clock())
    with pytest.raises(Unknown):
        opened(acts, token, other.id)
