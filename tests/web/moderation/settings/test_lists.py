"""The lists of a site in the browser."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from service.db.models import ListEntry
from service.operations.lists import add_entry
from service.operations.site_lists import PAGE_SIZE
from service.operations.sites import SiteView
from service.web.context import Context
from tests.web.moderation.settings.page import fields, text_of
from tests.web.moderation.visitor import Visitor

PATH = "/settings/demo/lists"


def send(visitor: Visitor, what: str, marker: str, given: dict[str, str]) -> Any:
    data = fields(visitor.get(PATH).text, marker) | given
    return visitor.post(f"{PATH}/{what}", data)


def add(visitor: Visitor, text: str, **given: str) -> Any:
    return send(visitor, "add", 'name="text"', {"text": text, **given})


def count(context: Context) -> int:
    return context.store.read(
        lambda s: s.execute(select(func.count()).select_from(ListEntry)).scalar_one()
    )


def test_entry_is_added_once_and_removed(owner: Visitor, context: Context) -> None:
    answer = add(owner, "casino <i>", list_name="spam", field="text")
    assert answer.status_code == 303
    page = owner.get(answer.headers["Location"])
    assert "The entry was added" in page.text
    assert "casino <i> Spam · the text" in text_of(page.text)
    assert "casino <i>" not in page.text
    again = owner.get(add(owner, "CASINO <i>", list_name="spam", field="text").location)
    assert "on the list already" in again.text
    assert count(context) == 1
    for words in ("The entry was removed.", "removed already"):
        data = fields(page.text, 'name="entry"')
        gone = owner.post(f"{PATH}/remove", data)
        assert words in owner.get(gone.headers["Location"]).text
    assert count(context) == 0
    assert "There are no entries yet." in owner.get(PATH).text


def test_rule_on_trial_is_told_from_what_acts(
    owner: Visitor, context: Context, site: SiteView
) -> None:
    add(owner, "casino", list_name="spam", field="text")
    put = partial(add_entry, site_id=site.id, list_name="spam", field="text")
    context.store.write(
        lambda s: put(
            s, context.keyring, text="roulette", now=context.clock(), mode="log"
        )
    )
    words = text_of(owner.get(PATH).text)
    assert "roulette Spam · the text · only logs ·" in words
    assert words.count("only logs") == 1


def look(visitor: Visitor, words: str, list_name: str = "") -> Any:
    data = fields(visitor.get(PATH).text, 'name="search"')
    return visitor.post(f"{PATH}/search", data | {"search": words, "list": list_name})


def test_address_is_found_and_stands_nowhere_but_in_the_field(owner: Visitor) -> None:
    add(owner, "pest@spam.example", list_name="hold", field="any")
    answer = look(owner, "PEST@spam.example")
    assert answer.status_code == 200, "no redirect, whose address would be kept"
    assert "p…@spam.example Hold" in text_of(answer.text)
    assert answer.text.count("PEST@") == 1
    assert fields(answer.text, 'name="search"')["search"] == "PEST@spam.example"
    assert "Nothing was found." in look(owner, "other@spam.example").text
    assert "pest@" not in owner.get(PATH).text
    assert "pest@" not in owner.get("/settings/demo/changes").text


@pytest.mark.parametrize("words", ["casino", "@spam.example", ""])
def test_search_for_words_can_be_bookmarked(owner: Visitor, words: str) -> None:
    answer = look(owner, words, "spam")
    assert answer.status_code == 303
    page = owner.get(answer.headers["Location"]).text
    assert fields(page, 'name="search"')["search"] == words
    assert fields(page, 'name="search"')["list"] == "spam"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": "  "}, "Fill this in."),
        ({"text": "0.0.0.0/0", "field": "network"}, "This range is the whole internet"),
        ({"text": "x", "list_name": "black"}, "Not a valid choice"),
        ({"text": "x", "field": "title"}, "Not a valid choice"),
    ],
)
def test_wrong_entry_is_named(
    owner: Visitor, context: Context, given: dict[str, str], words: str
) -> None:
    answer = send(owner, "add", 'name="text"', given)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert count(context) == 0


def test_many_are_added_at_once(owner: Visitor, context: Context) -> None:
    answer = send(
        owner,
        "import",
        'name="many-text"',
        {"many-text": "casino\r\npoker\r\n\r\ncasino\r\n", "many-list_name": "spam"},
    )
    assert answer.status_code == 303
    page = owner.get(answer.headers["Location"]).text
    assert "2 entries were added. 1 line was there already" in page
    assert count(context) == 2


def test_too_many_lines_are_refused(owner: Visitor, context: Context) -> None:
    lines = "\n".join(f"w{n}" for n in range(5_001))
    answer = send(owner, "import", 'name="many-text"', {"many-text": lines})
    assert answer.status_code == 422
    assert "At most 5000 lines at once." in answer.text
    assert count(context) == 0


def test_search_and_pages_keep_to_the_view(owner: Visitor) -> None:
    lines = "\n".join(f"casino{n}" for n in range(PAGE_SIZE + 1))
    send(
        owner,
        "import",
        'name="many-text"',
        {"many-text": lines, "many-list_name": "spam"},
    )
    add(owner, "poker", list_name="hold", field="any")
    page = owner.get(f"{PATH}?list=spam&search=CASINO").text
    assert "poker" not in page
    next_url = fields_of_link(page)
    assert "search=CASINO" in next_url
    last = owner.get(next_url).text
    assert last.count('name="entry"') == 1
    gone = owner.post(
        f"{PATH}/remove?list=spam&search=CASINO", fields(last, 'name="entry"')
    )
    assert gone.location == f"{PATH}?list=spam&search=CASINO&done=removed"
    assert "Nothing was found." in owner.get(f"{PATH}?search=roulette").text


def fields_of_link(page: str) -> str:
    start = page.index('rel="next" href="') + len('rel="next" href="')
    return page[start : page.index('"', start)].replace("&amp;", "&")


@pytest.mark.parametrize(
    "path", ["?before=x", "?before=9999999999999999", "?search=%00"]
)
def test_odd_addresses_do_no_harm(owner: Visitor, path: str) -> None:
    assert owner.get(PATH + path).status_code == 200


def test_moderator_adds_and_removes_entries(
    owner: Visitor, moderator: Visitor, context: Context
) -> None:
    add(owner, "casino")
    answer = add(moderator, "poker", list_name="spam", field="text")
    assert "The entry was added" in moderator.get(answer.location).text
    assert count(context) == 2
    # The newest stands first, and it is the moderator's own.
    data = fields(moderator.get(PATH).text, 'name="entry"')
    assert moderator.post(f"{PATH}/remove", data).status_code == 303
    rest = moderator.get(PATH).text
    assert "casino" in rest
    assert "poker" not in rest
    changes = text_of(owner.get("/settings/demo/changes").text)
    for words in ("poker", "casino"):
        assert words in changes, "each change is logged"
    assert changes.count("· Grace") == 2, "with who made it"


def test_moderator_imports_nothing(
    owner: Visitor, moderator: Visitor, context: Context
) -> None:
    page = moderator.get(PATH).text
    assert 'name="many-text"' not in page
    assert 'name="many-text"' in owner.get(PATH).text
    given = {"many-list_name": "spam", "many-field": "any", "many-text": "x"}
    token = fields(page, 'name="text"')
    assert moderator.post(f"{PATH}/import", token | given).status_code == 403
    assert count(context) == 0


def test_viewer_has_no_door_to_the_lists(
    owner: Visitor, viewer: Visitor, context: Context
) -> None:
    add(owner, "casino")
    token = fields(viewer.get("/account").text, "csrf_token")
    for what, data in (
        ("add", {"list_name": "spam", "field": "any", "text": "poker"}),
        ("import", {"many-list_name": "spam", "many-field": "any", "many-text": "x"}),
        ("remove", {"entry": "1"}),
    ):
        assert viewer.post(f"{PATH}/{what}", token | data).status_code == 403
    assert viewer.get(PATH).status_code == 403
    assert count(context) == 1
