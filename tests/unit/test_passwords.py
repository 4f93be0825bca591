from threading import Thread

import pytest

from service.domain.errors import InvalidInput, Unavailable
from service.operations import passwords
from service.operations.passwords import (
    check_new_password,
    check_password,
    hash_password,
    needs_new_hash,
    renewed_hash,
)

GOOD = "seven quiet lanterns"
CHEAP_HASH = (
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("elevenchars", id="too short"),
        pytest.param("x" * 257, id="too long"),
        pytest.param("aaaaaaaaaaaaaa", id="one letter"),
        pytest.param("ababababababab", id="two letters"),
        pytest.param("012345678901", id="numbers up"),
        pytest.param("210987654321", id="numbers down"),
        pytest.param("password2026", id="common word and a year"),
        pytest.param("PassWord!!2026", id="common word in other case"),
        pytest.param("P@55w0rd-2026", id="common word in other letters"),
        pytest.param("qwertyuiop123", id="row of the keyboard"),
        pytest.param("letmeinletmein", id="common word twice"),
    ],
)
def test_first_passwords_anyone_would_try_are_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_new_password(password)
    assert list(caught.value.errors) == ["password"]


@pytest.mark.parametrize(
    "password",
    [
        pytest.param(GOOD, id="words"),
        pytest.param("zwölf Bären, 12!", id="other letters"),
        pytest.param("мой секретный дом", id="another script"),
        pytest.param("kq7" * 5 + "nvz!" * 20, id="95 characters"),
    ],
)
def test_long_uncommon_passwords_are_taken(password: str) -> None:
    check_new_password(password)


def test_password_fits_only_its_own_hash() -> None:
    stored = hash_password(GOOD)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert check_password(stored, GOOD)
    assert not check_password(stored, GOOD + " ")


@pytest.mark.parametrize("stored", [None, "", "no hash"], ids=repr)
def test_nothing_fits_where_there_is_no_hash(stored: str | None) -> None:
    assert not check_password(stored, GOOD)


def test_half_a_character_is_a_wrong_password_and_no_error() -> None:
    assert not check_password(None, "\ud800" * 12)


def test_hash_of_other_costs_is_renewed_with_todays() -> None:
    assert needs_new_hash(CHEAP_HASH)
    renewed = renewed_hash(GOOD)
    assert not needs_new_hash(renewed)
    assert check_password(renewed, GOOD)


def test_sign_in_gives_up_when_no_hash_gets_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "_WAIT_SECONDS", 0.01)
    with passwords._turn(), passwords._turn(), pytest.raises(Unavailable):
        check_password(None, GOOD)
    assert not check_password(None, GOOD)


def test_more_hashes_than_at_once_take_turns() -> None:
    fits: list[bool] = []
    threads = [
        Thread(target=lambda: fits.append(check_password(None, GOOD))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fits == [False] * 4
