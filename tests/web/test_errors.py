"""Errors are pages for people and problem details for machines."""

from collections.abc import Iterator

import pytest
from flask import Flask

from service.db.store import Store, make_engine
from service.domain import errors
from service.domain.errors import FoyerError
from service.domain.policy import SitePolicy
from service.operations.published import PublishedThreads
from service.privacy.keyring import Keyring
from service.settings import Settings
from service.web.app import create_app
from service.web.context import Context
from service.web.errors import status_of
from tests.db.acts import Acts, make_site
from tests.doubles import FrozenClock, RememberingBell
from tests.servers import free_port
from tests.web.public.page import Page
from tests.web.public.reader import API, BROWSER, GOOD, House, Reader

PROBLEM = "application/problem+json"


def _leaves(kind: type[FoyerError]) -> Iterator[type[FoyerError]]:
    below = kind.__subclasses__()
    for each in below:
        yield from _leaves(each)
    # Doors of other systems have errors of their own, which they answer in their words.
    if kind is not FoyerError and kind.__module__ == errors.__name__:
        yield kind


def _example(kind: type[FoyerError]) -> FoyerError:
    given: dict[type[FoyerError], FoyerError] = {
        errors.InvalidInput: errors.InvalidInput({"name": ["Say who."]}),
        errors.KeyReused: errors.KeyReused(),
        errors.TooManyRequests: errors.TooManyRequests(7),
        errors.Unavailable: errors.Unavailable("Busy.", 3),
    }
    return given.get(kind) or kind("Said.")


LEAVES = sorted(set(_leaves(FoyerError)), key=lambda kind: kind.__name__)


@pytest.fixture
def app(house: House, acts: Acts) -> Flask:
    """The application, with a route that fails as it is told."""
    assert acts.site.key == "blog"
    made = house.app()

    def fail(name: str) -> str:
        if name == "crash":
            raise RuntimeError("secret@example.org")
        raise _example(next(kind for kind in LEAVES if kind.__name__ == name))

    made.add_url_rule("/fail/<name>", view_func=fail)
    return made


@pytest.fixture
def failing(app: Flask) -> Reader:
    return Reader(app.test_client(use_cookies=False))


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_each_error_has_its_code_as_the_tree_says(
    failing: Reader, kind: type[FoyerError]
) -> None:
    tree = errors.__doc__ or ""
    (line,) = [
        row for row in tree.splitlines() if kind.__name__ in row.split("──")[-1].split()
    ]
    code = next(int(word) for word in line.split() if word.isdecimal())
    answer = failing.get(f"/fail/{kind.__name__}")
    assert (answer.status_code, answer.mimetype) == (code, PROBLEM)
    body = answer.get_json()
    assert (body["type"], body["status"]) == ("about:blank", code)
    assert body["title"]
    assert body["detail"] == str(_example(kind))
    assert answer.headers["Cache-Control"] == "no-store"
    page = failing.browse(f"/fail/{kind.__name__}")
    assert (page.status_code, page.mimetype) == (code, "text/html")
    assert page.headers["Cache-Control"] == "no-store"


def test_fields_are_named_to_machines_and_said_to_people(failing: Reader) -> None:
    body = failing.get("/fail/InvalidInput").get_json()
    assert body["errors"] == {"name": ["Say who."]}
    assert "Say who." in Page(failing.browse("/fail/InvalidInput").text).words


@pytest.mark.parametrize(
    ("name", "seconds"), [("TooManyRequests", "7"), ("Unavailable", "3")]
)
def test_errors_that_pass_say_when(failing: Reader, name: str, seconds: str) -> None:
    for answer in (failing.get(f"/fail/{name}"), failing.browse(f"/fail/{name}")):
        assert answer.headers["Retry-After"] == seconds


def test_crash_tells_nothing_of_what_happened(failing: Reader) -> None:
    for answer in (failing.get("/fail/crash"), failing.browse("/fail/crash")):
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text


def test_error_outside_of_the_tree_of_leaves_is_still_an_answer() -> None:
    assert status_of(FoyerError("x")) == (500, "Something went wrong here")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (BROWSER, "text/html"),
        ("text/html", "text/html"),
        ("*/*", PROBLEM),
        ("", PROBLEM),
        ("application/json", PROBLEM),
        ("application/json,text/html", PROBLEM),
        ("text/html;q=0.4,application/json", PROBLEM),
        ("nonsense;;;q=x", PROBLEM),
    ],
)
@pytest.mark.parametrize("path", ["/nothing", f"{API}/nothing", "/api/v1/sites/x/form"])
def test_unknown_address_is_answered_in_the_form_that_is_read(
    reader: Reader, path: str, accept: str, kind: str
) -> None:
    answer = reader.get(path, accept)
    assert (answer.status_code, answer.mimetype) == (404, kind)


def test_wrong_method_names_the_right_ones(reader: Reader) -> None:
    answer = reader.request("PUT", f"{API}/comments")
    assert (answer.status_code, answer.mimetype) == (405, PROBLEM)
    assert "POST" in answer.headers["Allow"]
    head = reader.request("HEAD", "/nothing")
    assert (head.status_code, head.data) == (404, b"")


def test_what_was_asked_for_is_not_repeated(reader: Reader) -> None:
    for accept in (BROWSER, "*/*"):
        answer = reader.get("/<script>alert(1)</script>?x=<b>", accept)
        assert answer.status_code == 404
        assert "alert(1)" not in answer.text


def test_error_page_is_a_whole_page_with_a_way_on(reader: Reader) -> None:
    page = Page(reader.browse("/nothing").text)
    assert page.heading == "Not Found"
    assert "404" in page.words
    assert "Check the address" in page.words


@pytest.fixture
def cut_off(settings: Settings, keyring: Keyring) -> Iterator[Reader]:
    """A reader of a service whose database server is not there."""
    url = f"postgresql+psycopg://x@127.0.0.1:{free_port()}/x"
    store = Store(make_engine(url))
    context = Context(
        settings=settings,
        store=store,
        keyring=keyring,
        bell=RememberingBell(),
        published=PublishedThreads(),
    )
    yield Reader(create_app(context).test_client(use_cookies=False))
    store.close()


def test_missing_database_is_a_moments_absence(cut_off: Reader) -> None:
    for answer in (cut_off.send_json(), cut_off.get(f"{API}/thread?page=/a")):
        assert (answer.status_code, answer.mimetype) == (503, PROBLEM)
        assert int(answer.headers["Retry-After"]) >= 1
    page = cut_off.send_form()
    assert (page.status_code, page.mimetype) == (503, "text/html")
    ready = cut_off.get("/readyz")
    assert ready.status_code == 503
    assert ready.get_json()["troubles"] == ["the database cannot be read"]
    assert cut_off.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/sites/%00/thread?page=/a",
        f"{API}/thread?page=%00",
        f"{API}/thread?page=/a&after=%00",
        f"{API}/counts?page=%00",
        f"{API}/comments/%00/status",
        "/sites/blog/sent/%00",
        "/sites/%00/sent/x",
        "/demo/%00",
        "/login/link/%00",
        "/%ff%00",
    ],
)
def test_nul_in_an_address_is_no_crash_on_either_database(
    settings: Settings,
    store: Store,
    keyring: Keyring,
    clock: FrozenClock,
    path: str,
) -> None:
    make_site(store, "blog", SitePolicy(), clock())
    context = Context(
        settings=settings,
        store=store,
        keyring=keyring,
        bell=RememberingBell(),
        published=PublishedThreads(),
        clock=clock,
    )
    reader = Reader(create_app(context).test_client(use_cookies=False))
    assert reader.get(path).status_code < 500
    body = GOOD | dict.fromkeys(("comment", "name", "website", "parent"), "a\x00b")
    assert reader.send_json(body=body).status_code < 500
    assert reader.send_json(Idempotency_Key="k").status_code == 202
