"""`foyer filter checks`."""

from service.domain.check_names import CHECK_NAMES
from tests.cli.conftest import Foyer


def test_every_check_has_a_line_in_its_mode(foyer: Foyer) -> None:
    foyer("site", "set", "blog", "--check", "links=log")
    lines = foyer("filter", "checks", "--site", "blog").out.splitlines()
    assert lines[0].split() == ["check", "mode", "spoke", "decided", "right"]
    assert [line.split()[0] for line in lines[1:-1]] == list(CHECK_NAMES)
    (links,) = [line for line in lines if line.startswith("links ")]
    assert links.split() == ["links", "log", "0", "0", "-"]


def test_unknown_site_is_named(foyer: Foyer) -> None:
    refused = foyer("filter", "checks", "--site", "nowhere")
    assert refused.status == 1
    assert "no site" in refused.err
