"""`foyer list …`."""

from pathlib import Path

from service.db.store import Store, make_engine
from service.operations.lists import entries
from service.operations.sites import site_by_key
from service.settings import load
from tests.cli.conftest import Foyer


def shown(key: str = "blog") -> list[tuple[str, str, str]]:
    store = Store(make_engine(load().database))
    found = store.read(lambda s: entries(s, site_by_key(s, key).id))
    store.close()
    return [(entry.list_name, entry.field, entry.shown) for entry in found]


def test_entry_is_added_once_and_removed(foyer: Foyer) -> None:
    added = foyer("list", "add", "spam", "casino royal")
    assert added.out == "Added to the spam list of: blog\n"
    assert foyer("list", "add", "spam", "Casino Royal").out.startswith("It was on")
    assert [(name, text) for name, _field, text in shown()] == [
        ("spam", "casino royal")
    ]
    assert foyer("list", "remove", "spam", "casino royal").status == 0
    assert shown() == []


def test_entry_goes_on_the_list_of_every_site(foyer: Foyer) -> None:
    foyer("site", "add", "second", "--origin", "https://second.example")
    foyer("list", "add", "hold", "casino")
    foyer("list", "add", "hold", "poker", "--site", "second")
    assert [text for _, _, text in shown("blog")] == ["casino"]
    assert [text for _, _, text in shown("second")] == ["casino", "poker"]


def test_listed_address_is_never_shown(foyer: Foyer, data: Path) -> None:
    added = foyer("list", "add", "spam", "pest@spam.example")
    assert added.status == 0, added.err
    assert "pest" not in added.out
    files = [path.read_bytes() for path in data.rglob("*") if path.is_file()]
    assert not any(b"pest@spam" in content for content in files)


def test_lines_of_a_file_are_imported_once(foyer: Foyer, tmp_path: Path) -> None:
    file = tmp_path / "words"
    file.write_text("casino\n\npoker\ncasino\n", encoding="utf-8")
    assert (
        foyer("list", "import", "hold", str(file)).out == "blog: 2 added, 1 skipped\n"
    )
    again = foyer("list", "import", "hold", "-", text="casino\nroulette\n")
    assert again.out == "blog: 1 added, 1 skipped\n"


def test_file_that_is_no_text_is_refused(foyer: Foyer, tmp_path: Path) -> None:
    file = tmp_path / "words"
    file.write_bytes(b"\xff\xfe\x00")
    refused = foyer("list", "import", "hold", str(file))
    assert refused.status == 2
    assert "UTF-8" in refused.err
    assert shown() == []


def test_list_is_shown_with_addresses_masked(foyer: Foyer) -> None:
    foyer("list", "add", "spam", "casino")
    foyer("list", "add", "spam", "pest@spam.example")
    foyer("list", "add", "hold", "poker")
    assert foyer("list", "show", "spam", "--site", "blog").out == (
        "blog\taddress\tp…@spam.example\nblog\tany\tcasino\n"
    )
    assert foyer("list", "show", "hold").out == "blog\tany\tpoker\n"
