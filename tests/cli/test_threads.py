"""`foyer thread …`."""

import pytest

from service.cli.doors import utc_now
from service.db.store import Store, make_engine
from service.operations.sites import site_by_key
from service.operations.threads import thread_head
from service.settings import load
from tests.cli.conftest import Foyer


def is_open(page: str) -> bool:
    store = Store(make_engine(load().database))
    head = store.read(lambda s: thread_head(s, site_by_key(s, "blog"), page, utc_now()))
    store.close()
    return head.open


@pytest.mark.parametrize("page", ["/a/", "https://blog.example/a/?utm_source=x"])
def test_thread_is_closed_and_opened(foyer: Foyer, page: str) -> None:
    assert is_open("/a/")
    assert foyer("thread", "close", page, "--site", "blog").status == 0
    assert not is_open("/a/")
    assert foyer("thread", "open", page, "--site", "blog").status == 0
    assert is_open("/a/")


def test_threads_are_named_and_listed(foyer: Foyer) -> None:
    foyer("thread", "close", "/a/", "--site", "blog")
    assert foyer("thread", "title", "/b/", "Rye bread", "--site", "blog").status == 0
    assert foyer("thread", "list", "--site", "blog").out == (
        "/a/\tclosed\t0\t\n/b/\topen\t0\tRye bread\n"
    )
    foyer("site", "set", "blog", "--close-after-days", "1")
    listed = foyer("thread", "list", "--site", "blog").out.splitlines()
    assert listed[1].startswith("/b/\topen until 20")
