"""Looking through a site's lists, and changing them as an owner."""

from typing import Any

import pytest
from sqlalchemy import select

from service.db.models import AuditEntry
from service.domain.errors import InvalidInput
from service.operations.site_lists import (
    MAX_IMPORTED,
    PAGE_SIZE,
    entry_page,
    list_entry,
    list_lines,
    unlist_entry,
)
from tests.db.owners import Owners


def add(owners: Owners, text: str, list_name: str = "spam", field: str = "any") -> bool:
    acts = owners.acts
    return acts.store.write(
        lambda s: list_entry(
            *(s, acts.keyring, owners.ada, "blog", list_name, field, text, acts.clock())
        )
    )


def lines(owners: Owners, given: list[str]) -> tuple[int, int]:
    acts = owners.acts
    return acts.store.write(
        lambda s: list_lines(
            *(s, acts.keyring, owners.ada, "blog", "hold", "any", given, acts.clock())
        )
    )


def found(owners: Owners, **given: Any) -> list[str]:
    acts = owners.acts
    page = acts.store.read(lambda s: entry_page(s, acts.keyring, acts.site_id, **given))
    return [entry.shown for entry in page.entries]


def test_entries_come_newest_first_page_by_page(owners: Owners) -> None:
    acts = owners.acts
    lines(owners, [f"word{n:03}" for n in range(2 * PAGE_SIZE + 1)])
    seen: list[str] = []
    before = None
    sizes = []
    while True:
        page = acts.store.read(
            lambda s: entry_page(s, acts.keyring, acts.site_id, before=before)  # noqa: B023
        )
        seen += [entry.shown for entry in page.entries]
        sizes.append(len(page.entries))
        before = page.next
        if before is None:
            break
    assert sizes == [PAGE_SIZE, PAGE_SIZE, 1]
    assert seen == [f"word{n:03}" for n in reversed(range(2 * PAGE_SIZE + 1))]


def test_list_and_words_are_looked_for(owners: Owners) -> None:
    add(owners, "Casino Royal")
    add(owners, "100% sure")
    add(owners, "poker", "hold")
    assert found(owners, list_name="hold") == ["poker"]
    assert found(owners, search="ino  ROY") == ["Casino Royal"]
    assert found(owners, search="%") == ["100% sure"], "no wildcard"
    assert found(owners, search="_") == []
    assert found(owners, search="poker", list_name="spam") == []


def test_address_is_found_whole_and_shown_masked(owners: Owners) -> None:
    add(owners, "pest@spam.example", field="address")
    add(owners, "abc", field="text")
    masked = "p…@spam.example"
    assert found(owners, search="PEST@spam.example") == [masked]
    assert found(owners, search="@spam.example") == [masked]
    assert found(owners, search="pest") == []
    for digit in "0123456789":
        assert found(owners, search=digit) == [], "not what is stored of it"


def test_other_sites_have_lists_of_their_own(owners: Owners) -> None:
    acts = owners.acts
    add(owners, "casino")
    page = acts.store.read(lambda s: entry_page(s, acts.keyring, owners.other.id))
    assert page.entries == []


def test_entry_is_removed_and_the_log_says_by_whom(owners: Owners) -> None:
    acts = owners.acts
    add(owners, "casino")
    assert not add(owners, "CASINO")
    (entry,) = acts.store.read(
        lambda s: entry_page(s, acts.keyring, acts.site_id)
    ).entries
    for there in (True, False):
        assert there is acts.store.write(
            lambda s: unlist_entry(s, owners.ada, "blog", entry.id, acts.clock())
        )
    rows = acts.store.read(
        lambda s: [
            (row.action, row.moderator_id)
            for row in s.scalars(select(AuditEntry).order_by(AuditEntry.id))
        ]
    )
    assert rows[-2:] == [
        ("list-added", owners.ada.id),
        ("list-removed", owners.ada.id),
    ]


def test_lines_are_taken_up_to_a_bound(owners: Owners) -> None:
    assert lines(owners, ["casino", "", "poker", "casino"]) == (2, 1)
    with pytest.raises(InvalidInput) as caught:
        lines(owners, ["x"] * (MAX_IMPORTED + 1))
    assert list(caught.value.errors) == ["lines"]
