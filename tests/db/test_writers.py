"""A writer is known by proof, never by a claimed address."""

from dataclasses import replace

import pytest

from service.domain.status import Status
from service.operations.writers import is_proven
from service.privacy.keyring import Keyring, generate
from service.privacy.tokens import edit_token
from tests.db.acts import SAID, Acts, make_site


def proven(
    acts: Acts, token: str, *, email: str = SAID.email, site_id: int | None = None
) -> bool:
    submission = replace(SAID, email=email, writer_token=token)
    return acts.store.read(
        lambda s: is_proven(s, acts.keyring, site_id or acts.site_id, submission)
    )


def token_of(acts: Acts, comment_id: str) -> str:
    return f"{comment_id}.{edit_token(acts.keyring, comment_id)}"


def test_token_of_a_published_comment_proves_its_writer(acts: Acts) -> None:
    assert proven(acts, token_of(acts, acts.say()))


def test_same_address_in_other_letters_is_the_same_writer(acts: Acts) -> None:
    assert proven(acts, token_of(acts, acts.say()), email="Ana@Example.org")


def test_claimed_address_alone_proves_nothing(acts: Acts) -> None:
    acts.say()
    assert not proven(acts, "")


def test_token_proves_nothing_about_another_address(acts: Acts) -> None:
    token = token_of(acts, acts.say())
    assert not proven(acts, token, email="bob@example.org")
    assert not proven(acts, token, email="")


@pytest.mark.parametrize("status", [Status.PENDING, Status.HELD, Status.SPAM], ids=str)
def test_comment_that_is_not_published_proves_nothing(
    acts: Acts, status: Status
) -> None:
    assert not proven(acts, token_of(acts, acts.say(status=status)))


def test_comment_without_an_address_proves_nothing(acts: Acts) -> None:
    assert not proven(acts, token_of(acts, acts.say(email="")))


@pytest.mark.parametrize("token", [".", "x.y", "A" * 22 + ".1.x", "\ud800.\ud800"])
def test_made_up_token_proves_nothing(acts: Acts, token: str) -> None:
    acts.say()
    assert not proven(acts, token)


def test_token_proves_nothing_on_another_site(acts: Acts) -> None:
    token = token_of(acts, acts.say())
    other = make_site(acts.store, "other", acts.site.policy, acts.clock())
    assert not proven(acts, token, site_id=other.id)


def test_proof_holds_after_a_newer_key_was_added(acts: Acts) -> None:
    comment_id = acts.say()
    token = token_of(acts, comment_id)
    first = acts.keyring.ids[0]
    text = f"{generate()}\n{generate(first + 1)}"
    newer = Keyring({**Keyring.from_text(text)._keys, **acts.keyring._keys})
    acts.keyring = newer
    assert newer.newest == first + 1
    assert proven(acts, token)
