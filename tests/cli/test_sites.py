"""`foyer site …`."""

from tests.cli.conftest import Foyer


def test_site_is_listed_and_shown(foyer: Foyer) -> None:
    assert foyer("site", "list").out == "blog\tblog\thttps://blog.example\n"
    shown = foyer("site", "show", "blog").out
    assert "held-from         0.5\n" in shown
    assert "required          name email\n" in shown


def test_every_setting_can_be_changed(foyer: Foyer) -> None:
    changed = foyer(
        *("site", "set", "blog", "--origin", "https://b.example"),
        *("--origin", "http://b.example:80", "--mode", "all", "--held-from", "0.4"),
        *("--spam-from", "0.9", "--edit-seconds", "60", "--max-depth", "3"),
        *("--close-after-days", "30", "--required", "name", "--query-key", "p"),
        *("--budget", "0.02", "--audit-share", "0.1"),
        *("--origin-days", "7", "--spam-days", "90", "--trash-days", "30"),
        *("--check", "links=log", "--check", "template=off"),
        *("--akismet-url", "https://filter.example/", "--akismet-address"),
        *("--custom-url", "https://own.example/check", "--custom-address"),
    )
    assert changed.status == 0, changed.err
    wanted = {
        "origins": "https://b.example http://b.example",
        "mode": "all",
        "held-from": "0.4",
        "spam-from": "0.9",
        "edit-seconds": "60",
        "max-depth": "3",
        "close-after-days": "30",
        "required": "name",
        "query-keys": "p",
        "budget": "0.02",
        "audit-share": "0.1",
        "checks": "links=log template=off",
        "origin-days": "7",
        "spam-days": "90",
        "trash-days": "30",
        "akismet-url": "https://filter.example",
        "akismet-address": "yes",
        "custom-url": "https://own.example/check",
        "custom-address": "yes",
    }
    shown = foyer("site", "show", "blog").out
    for name, value in wanted.items():
        assert f"{name:18}{value}\n" in shown


def test_what_is_not_named_stays(foyer: Foyer) -> None:
    foyer("site", "set", "blog", "--mode", "new", "--query-key", "p")
    foyer("site", "set", "blog", "--held-from", "0.3")
    shown = foyer("site", "show", "blog").out
    assert "mode              new\n" in shown
    assert "query-keys        p\n" in shown


def test_empty_text_empties_a_setting(foyer: Foyer) -> None:
    foyer("site", "set", "blog", "--query-key", "p")
    foyer("site", "set", "blog", "--query-key", "", "--required", "")
    shown = foyer("site", "show", "blog").out
    assert "query-keys        -\n" in shown
    assert "required          -\n" in shown


def test_owner_of_all_sites_owns_a_new_one(foyer: Foyer) -> None:
    foyer("moderator", "add", "a@example.org", "--name", "Ann", "--role", "owner")
    foyer("moderator", "add", "b@example.org", "--name", "Ben")
    added = foyer("site", "add", "second", "--origin", "https://second.example")
    assert "Owned by Ann" in added.out
    listed = foyer("moderator", "list").out.splitlines()
    assert listed[0].endswith("blog=owner second=owner")
    assert listed[1].endswith("\tblog=moderator")


def test_modes_of_other_checks_stay(foyer: Foyer) -> None:
    foyer("site", "set", "blog", "--check", "links=log", "--check", "hosts=off")
    shown = foyer("site", "set", "blog", "--check", "links=on").out
    assert f"{'checks':18}hosts=off\n" in shown
    shown = foyer("site", "set", "blog", "--check", "hosts=on").out
    assert f"{'checks':18}as usual\n" in shown


def test_unknown_check_is_refused_with_the_known_ones(foyer: Foyer) -> None:
    refused = foyer("site", "set", "blog", "--check", "lynx=log")
    assert refused.status == 2
    assert "There is no check 'lynx'; choose one of lists, " in refused.err
    assert foyer("site", "set", "blog", "--check", "links").status == 2


def test_name_is_changed_and_every_change_is_listed(foyer: Foyer) -> None:
    shown = foyer("site", "set", "blog", "--name", "Bread", "--mode", "all").out
    assert f"{'name':18}Bread\n" in shown
    lines = foyer("site", "changes", "blog").out.splitlines()
    assert [line.split("\t", 1)[1] for line in lines] == [
        "operator\tmode: doubtful -> all",
        "operator\tsite-renamed from=blog to=Bread",
        "operator\tthe first settings that are kept",
    ]
    assert foyer("site", "set", "blog", "--name", " ").status == 2


def test_origins_are_kept_no_longer_than_is_promised(foyer: Foyer) -> None:
    refused = foyer("site", "set", "blog", "--origin-days", "31")
    assert refused.status == 2
    assert "origin-days: Give a number from 1 to 30, not 31." in refused.err
