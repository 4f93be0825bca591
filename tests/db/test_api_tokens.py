"""Tokens for programs: whose they are, how long they hold, how often they serve."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db.models import ApiToken, AuditEntry
from service.db.store import Store
from service.domain.errors import InvalidInput, TooManyRequests, Unknown
from service.operations.access import disable_moderator
from service.operations.api_tokens import (
    MAX_TOKENS,
    PREFIX,
    REQUESTS,
    Bearer,
    Scope,
    bearer_of,
    make_token,
    revoke_token,
    tokens_of,
    use_token,
)
from service.operations.moderators import add_moderator
from service.privacy.keyring import Keyring
from tests.doubles import FrozenClock


class Tokens:
    """Tokens of one moderator."""

    def __init__(self, store: Store, keyring: Keyring, clock: FrozenClock) -> None:
        self.store, self.clock = store, clock
        self.keyring = keyring
        self.number, self.other = self._moderator("grace"), self._moderator("hans")

    def _moderator(self, name: str) -> int:
        return self.store.write(
            lambda s: add_moderator(
                s,
                self.keyring,
                f"{name}@example.com",
                name=name,
                roles={},
                now=self.clock.now,
            )
        )

    def make(
        self, name: str = "script", scope: Scope = Scope.READ, days: int | None = None
    ) -> str:
        return self.store.write(
            lambda s: make_token(
                s, self.number, name=name, scope=scope, days=days, now=self.clock.now
            )
        )

    def bearer(self, token: str) -> Bearer | None:
        return self.store.read(lambda s: bearer_of(s, token, now=self.clock.now))

    def use(self, bearer: Bearer) -> None:
        self.store.write(lambda s: use_token(s, bearer, now=self.clock.now))


@pytest.fixture
def tokens(store: Store, keyring: Keyring, clock: FrozenClock) -> Tokens:
    return Tokens(store, keyring, clock)


@pytest.mark.parametrize(("scope", "may"), [(Scope.READ, False), (Scope.DECIDE, True)])
def test_token_acts_for_its_moderator_within_its_scope(
    tokens: Tokens, scope: Scope, may: bool
) -> None:
    token = tokens.make(scope=scope)
    assert token.startswith(PREFIX)
    found = tokens.bearer(token)
    assert found is not None
    assert (found.moderator.id, found.may_decide) == (tokens.number, may)
    row = tokens.store.read(lambda s: s.scalars(select(ApiToken)).one())
    assert token.encode() not in row.digest
    assert token not in repr(found)


@pytest.mark.parametrize(
    "token", ["", "foyer_", "foyer_wrong", "wrong", "foyer_" + "x" * 1000]
)
def test_what_is_no_token_opens_nothing(tokens: Tokens, token: str) -> None:
    tokens.make()
    assert tokens.bearer(token) is None


def test_token_ends_by_its_date_by_revoking_and_with_its_moderator(
    tokens: Tokens, clock: FrozenClock
) -> None:
    short, revoked, long = tokens.make(days=1), tokens.make(), tokens.make()
    assert tokens.bearer(short)
    clock.advance(timedelta(days=1))
    assert tokens.bearer(short) is None
    shown = tokens.store.read(lambda s: tokens_of(s, tokens.number, now=clock.now))
    assert [token.is_over for token in shown] == [False, False, True]
    tokens.store.write(
        lambda s: revoke_token(s, tokens.number, shown[1].id, now=clock.now)
    )
    assert tokens.bearer(revoked) is None
    assert tokens.bearer(long)
    tokens.store.write(lambda s: disable_moderator(s, tokens.number, now=clock.now))
    assert tokens.bearer(long) is None


@pytest.mark.parametrize("number", [1, 2**31, 2**70])
def test_nobody_revokes_what_is_not_there_or_somebody_elses(
    tokens: Tokens, number: int
) -> None:
    token = tokens.make()
    with pytest.raises(Unknown):
        tokens.store.write(
            lambda s: revoke_token(s, tokens.other, number, now=tokens.clock.now)
        )
    assert tokens.bearer(token)


@pytest.mark.parametrize(
    ("name", "days", "field"),
    [("", None, "name"), (" ", None, "name"), ("x" * 61, None, "name"),
     ("script", 0, "days"), ("script", 3651, "days"), ("script", 10**30, "days")],
)  # fmt: skip
def test_wish_that_cannot_be_is_named(
    tokens: Tokens, name: str, days: int | None, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        tokens.make(name, days=days)
    assert set(caught.value.errors) == {field}


def test_there_is_a_most_of_tokens(tokens: Tokens) -> None:
    for _ in range(MAX_TOKENS):
        tokens.make()
    with pytest.raises(InvalidInput):
        tokens.make()


def test_use_is_limited_by_token_and_noted_to_the_minute(
    tokens: Tokens, clock: FrozenClock
) -> None:
    one, other = (tokens.bearer(tokens.make()) for _ in range(2))
    assert one is not None
    assert other is not None
    for _ in range(REQUESTS.times):
        tokens.use(one)
    with pytest.raises(TooManyRequests, match="with this token"):
        tokens.use(one)
    tokens.use(other)
    newest, _ = tokens.store.read(lambda s: tokens_of(s, tokens.number, now=clock.now))
    assert newest.used_at == clock.now


def test_making_and_revoking_are_logged_without_the_token(
    tokens: Tokens, clock: FrozenClock
) -> None:
    token = tokens.make("backup of the queue")
    [shown] = tokens.store.read(lambda s: tokens_of(s, tokens.number, now=clock.now))
    tokens.store.write(
        lambda s: revoke_token(s, tokens.number, shown.id, now=clock.now)
    )
    rows = tokens.store.read(lambda s: list(s.scalars(select(AuditEntry))))
    assert [row.action for row in rows[-2:]] == ["token-made", "token-revoked"]
    assert not any(token in str(row.detail) for row in rows)
