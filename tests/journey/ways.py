"""Every path that a writer's address can take through the product.

Each way is given an address that nothing else uses, and does one thing with it.
"""

import json
import os
import re
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from tests.journey.visitor import Visitor, forms_of
from tests.journey.wire import BROWSER, FORM, JSON, SUBMIT, Answer, multipart
from tests.processes import descendants
from tests.running import Running
from tests.servers import wait_until

SITE = "/api/v1/sites/demo"
HELD_WORD = "marzipanhold"
SPAM_WORD = "marzipanspam"
CLOSED = "/private/closed"
SECONDS = 60.0


@dataclass(slots=True)
class Journey:
    """The installation, a visitor of it, and all that was seen on the way."""

    foyer: Running
    visitor: Visitor
    echoes: list[tuple[str, Answer]] = field(default_factory=list)
    """Forms that were shown again to the request that had filled them, with the text
    in them that may be there: these alone may hold an address."""
    said: list[str] = field(default_factory=list)
    """What commands wrote."""
    exported: list[tuple[str, str]] = field(default_factory=list)
    """What `foyer person export` wrote: the owner of an address has a right to it."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def fields(self, address: str, **more: str) -> dict[str, str]:
        """A submission that nothing is wrong with; no two have the same text."""
        number = next(self.numbers)
        words = f"Reply {number}: it took {number * 7} grams of flour and a warm day."
        page = f"/private/{number % 20}"
        given = {"page": page, "comment": words, "name": f"Baker {number}"}
        return {**given, "email": address, **more}

    def echoed(self, text: str, answer: Answer) -> None:
        """Note that this answer is a form shown again with the text in it."""
        self.visitor.heard.remove(answer)
        self.echoes.append((text, answer))

    def command(self, *arguments: str, text: str = "") -> str:
        """What a command wrote; it must succeed."""
        done = self.foyer.command(*arguments, text=text)
        assert done.returncode == 0, done.stderr
        self.said.append(done.stderr)
        return done.stdout


Way = Callable[[Journey, str], None]


def expect(answer: Answer, status: int) -> Answer:
    assert answer.status == status, (answer.status, answer.body[:300])
    return answer


def accepted(j: Journey, address: str) -> None:
    expect(j.visitor.submit(j.fields(address)), 202)


def accepted_as_a_form(j: Journey, address: str) -> None:
    expect(j.visitor.submit_form(j.fields(address)), 202)


def accepted_in_parts(j: Journey, address: str) -> None:
    given = j.fields(address, website="https://baker.example/", notify="on")
    expect(j.visitor.submit_multipart(given), 202)


def _sent_page(j: Journey, answer: Answer) -> tuple[str, Answer]:
    path = expect(answer, 303).header("Location")
    return path, expect(j.visitor.visit(path), 200)


def sent_by_a_browser_and_edited(j: Journey, address: str) -> None:
    path, page = _sent_page(j, j.visitor.submit_form(j.fields(address), BROWSER))
    assert forms_of(page)
    expect(j.visitor.post(path, {"do": "show"}), 200)
    expect(j.visitor.post(path, {"do": "edit"}), 200)
    expect(j.visitor.post(path, {"do": "save", "comment": "Said better."}), 200)


def sent_by_a_browser_and_taken_back(j: Journey, address: str) -> None:
    body, kind = multipart(j.fields(address))
    answer = j.visitor.send("POST", SUBMIT, body, {**kind, **BROWSER})
    path, _ = _sent_page(j, answer)
    expect(j.visitor.post(path, {"do": "remove"}), 200)


def sent_by_a_browser_that_returns(j: Journey, address: str) -> None:
    given = j.fields(address, return_to="/demo/")
    answer = expect(j.visitor.submit_form(given, BROWSER), 303)
    assert "#comment-" in answer.header("Location")


def refused(j: Journey, address: str) -> None:
    expect(j.visitor.submit(j.fields(address, name="", page="")), 422)
    expect(j.visitor.submit_form(j.fields(address, comment="")), 422)


def refused_to_a_browser(j: Journey, address: str) -> None:
    given = j.fields(address, name="", website="ftp://x")
    j.echoed(address, expect(j.visitor.submit_form(given, BROWSER), 422))


def used_as_a_name(j: Journey, address: str) -> None:
    expect(j.visitor.submit(j.fields(address, name=address)), 422)
    expect(j.visitor.submit(j.fields(address, website=f"mailto:{address}")), 422)


_BROKEN = ("{0}@@example.org", "{0}@", "{0} @example.org", "<{0}@example.org>")


def malformed(j: Journey, address: str) -> None:
    local = address.partition("@")[0]
    for form in _BROKEN:
        expect(j.visitor.submit(j.fields(form.format(local))), 422)
    given = j.fields(f"{local}@@example.org")
    answer = expect(j.visitor.submit_form(given, BROWSER), 422)
    j.echoed(f"{local}@@example.org", answer)


def in_a_body_that_cannot_be_read(j: Journey, address: str) -> None:
    cut = json.dumps(j.fields(address)).encode()[:-1]
    expect(j.visitor.send("POST", SUBMIT, cut, JSON), 400)
    expect(j.visitor.send("POST", SUBMIT, cut, {**JSON, **BROWSER}), 400)
    expect(j.visitor.send("POST", SUBMIT, cut, {"Content-Type": "text/csv"}), 415)
    huge = cut.ljust(300_000)
    expect(j.visitor.send("POST", SUBMIT, huge, JSON), 413)
    expect(j.visitor.send("POST", SUBMIT, huge, {**FORM, **BROWSER}), 413)
    expect(j.visitor.send("PUT", SUBMIT, cut, JSON), 405)


def said_twice(j: Journey, address: str) -> None:
    given = j.fields(address)
    first = expect(j.visitor.submit(given), 202).json
    again = expect(j.visitor.submit(given), 202).json
    assert again["id"] == first["id"]
    age(j.foyer, first["id"])
    expect(j.visitor.submit(given), 409)
    j.echoed(address, expect(j.visitor.submit_form(given, BROWSER), 409))


def said_under_a_key(j: Journey, address: str) -> None:
    given, key = j.fields(address), {"Idempotency-Key": f"key-{next(j.numbers)}"}
    assert (
        expect(j.visitor.submit(given, key), 202).json
        == expect(j.visitor.submit(given, key), 202).json
    )
    expect(j.visitor.submit({**given, "comment": "Something else."}, key), 422)


def sent_to_a_closed_thread(j: Journey, address: str) -> None:
    expect(j.visitor.submit(j.fields(address, page=CLOSED)), 403)
    given = j.fields(address, page=CLOSED)
    j.echoed(address, expect(j.visitor.submit_form(given, BROWSER), 403))


def sent_from_a_foreign_page(j: Journey, address: str) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    expect(j.visitor.submit(j.fields(address), foreign), 403)
    given = j.fields(address)
    expect(j.visitor.submit_form(given, {**foreign, **BROWSER}), 403)


def held_by_a_word(j: Journey, address: str) -> None:
    given = j.fields(address)
    given["comment"] += f" {HELD_WORD}"
    expect(j.visitor.submit(given), 202)


def spam_by_a_word(j: Journey, address: str) -> None:
    given = j.fields(address)
    given["comment"] += f" {SPAM_WORD}"
    expect(j.visitor.submit(given), 202)


def listed(j: Journey, address: str) -> None:
    j.said.append(j.command("list", "add", "spam", address, "--field", "address"))
    expect(j.visitor.submit(j.fields(address)), 202)


def listed_and_taken_off(j: Journey, address: str) -> None:
    entry = ("hold", address, "--field", "address")
    j.said.append(
        j.command("list", "import", "hold", "-", "--field", "address", text=address)
    )
    expect(j.visitor.submit(j.fields(address)), 202)
    j.said.append(j.command("list", "remove", *entry))


def edited_by_its_token(j: Journey, address: str) -> None:
    receipt = expect(j.visitor.submit(j.fields(address)), 202).json
    own = f"{SITE}/comments/{receipt['id']}"
    token = {"Authorization": f"Bearer {receipt['edit_token']}", **JSON}
    expect(j.visitor.get(f"{own}/status", token), 200)
    body = json.dumps({"comment": f"Edit {next(j.numbers)}.", "email": address})
    expect(j.visitor.send("PATCH", own, body.encode(), token), 200)
    expect(j.visitor.send("DELETE", own, None, token), 200)


def sent_while_nobody_can_write(j: Journey, address: str) -> None:
    path = j.foyer.data / "foyer.sqlite3"
    with closing(
        sqlite3.connect(path, timeout=SECONDS, isolation_level=None)
    ) as database:
        database.execute("BEGIN IMMEDIATE")
        expect(j.visitor.submit(j.fields(address)), 503)
        database.execute("ROLLBACK")


def checked_with_a_broken_seal(j: Journey, address: str) -> None:
    """Its checks fail, try after try, since its address cannot be opened."""
    with worker_paused(j.foyer):
        receipt = expect(j.visitor.submit(j.fields(address)), 202).json
        with writing(j.foyer) as database:
            database.execute(
                "UPDATE contact SET email_sealed = zeroblob(length(email_sealed)) "
                "WHERE comment_id = (SELECT id FROM comment WHERE public_id = ?)",
                (receipt["id"],),
            )


def exported(j: Journey, address: str) -> None:
    expect(j.visitor.submit(j.fields(address)), 202)
    told = j.command("person", "export", address, "--site", "demo")
    assert address in told
    j.exported.append((address, told))


def erased(j: Journey, address: str) -> None:
    expect(j.visitor.submit(j.fields(address)), 202)
    j.said.append(j.command("person", "erase", address, "--site", "demo"))
    told = j.command("person", "export", address, "--site", "demo")
    assert json.loads(told)["comments"] == []


def erased_with_the_text(j: Journey, address: str) -> None:
    expect(j.visitor.submit(j.fields(address)), 202)
    command = ("person", "erase", address, "--site", "demo", "--text")
    j.said.append(j.command(*command))
    j.said.append(j.command(*command))


def unknown_at_sign_in(j: Journey, address: str) -> None:
    j.echoed(address, expect(_signing_in(j, address, "no such password"), 422))


def moderating(j: Journey, address: str) -> None:
    """The address is a moderator's: signs in wrongly, then rightly, and looks round."""
    password = "seven quiet lanterns"
    add = ("moderator", "add", address, "--site", "demo", "--password-stdin")
    j.said.append(j.command(*add, text=f"{password}\n"))
    j.said.append(j.command("moderator", "list"))
    j.echoed(address, expect(_signing_in(j, address, "not the password"), 422))
    assert "Queue" in expect(_signing_in(j, address, password), 200).text
    look_round(j)


def _signing_in(j: Journey, address: str, password: str) -> Answer:
    j.visitor.cookies.clear()
    return j.visitor.sign_in(address, password)


_ONE = re.compile(r"/queue/[\w-]{22}")
"""The page of one comment, where it is decided on, too."""


def look_round(j: Journey) -> None:
    """Open every page that a moderator has, and decide on a comment."""
    visitor = j.visitor
    seen: set[str] = set()
    audits = []
    for status in ("held", "audit", "published", "spam", "trashed"):
        page = expect(visitor.visit(f"/queue?status={status}"), 200)
        forms = [form for form in forms_of(page) if form.action.startswith("/queue/")]
        audits += [form for form in forms if form.action.endswith("/right")]
        seen |= {form.action for form in forms if _ONE.fullmatch(form.action)}
    assert seen
    for audit in audits[:3]:
        expect(visitor.post(audit.action, audit.fields), 200)
    for path in ("/insights", "/log", "/log.csv", "/rules", "/settings/demo"):
        expect(visitor.visit(path), 200)
    for action in sorted(seen)[:20]:
        for part in ("", "/writer", "/alike", "/rule"):
            expect(visitor.visit(f"{action}{part}"), 200)
    page = visitor.visit("/queue")
    first = next(form for form in forms_of(page) if form.action in seen)
    expect(visitor.post(first.action, {**first.fields, "decision": "trashed"}), 200)
    expect(visitor.post(first.action, {**first.fields, "decision": "spam"}), 409)
    account = expect(visitor.visit("/account"), 200)
    fields = [form.fields for form in forms_of(account)]
    assert fields
    feed = account.text.partition('id="feed"')[2].partition('value="')[2]
    feed = feed.partition('"')[0].replace("&amp;", "&")
    path = feed.removeprefix(j.foyer.base_url)
    assert path.startswith("/queue.atom")
    expect(visitor.get(path), 200)


# --- What the ways above do behind the product's back -------------------------------


@contextmanager
def writing(foyer: Running) -> Iterator[sqlite3.Connection]:
    """The database, to change what no act would change."""
    path = foyer.data / "foyer.sqlite3"
    with closing(sqlite3.connect(path, timeout=SECONDS)) as database, database:
        yield database


def age(foyer: Running, public_id: str) -> None:
    """Let a comment be an hour old, so that a repeat is no double click."""
    long_ago = (datetime.now(UTC) - timedelta(hours=1)).replace(tzinfo=None)
    with writing(foyer) as database:
        database.execute(
            "UPDATE comment SET created_at = ? WHERE public_id = ?",
            (long_ago.isoformat(" "), public_id),
        )


@contextmanager
def worker_paused(foyer: Running) -> Iterator[None]:
    """Meanwhile the worker does nothing, so that its jobs and messages lie about."""
    group = foyer.pids("worker")[-1]
    wait_until(lambda: _pause(foyer, group), "a pause between transactions", SECONDS)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


def _pause(foyer: Running, group: int) -> bool:
    """Stop the processes, unless that leaves the database locked by them."""
    os.killpg(group, signal.SIGSTOP)
    family = {group, *descendants(group)}
    wait_until(lambda: all(map(_is_stopped, family)), "the worker's stop", SECONDS)
    if _is_free(foyer.data / "foyer.sqlite3"):
        return True
    os.killpg(group, signal.SIGCONT)
    return False


def _is_stopped(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return stat.rpartition(")")[2].split()[0] == "T"


def _is_free(path: Path) -> bool:
    if not path.exists():
        return True
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        database.execute("ROLLBACK")
    return True


def settled(foyer: Running) -> None:
    """Return when nothing is left to be checked."""
    path = foyer.data / "foyer.sqlite3"

    def is_settled() -> bool:
        query = "SELECT count(*) FROM job WHERE kind LIKE 'check%'"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return bool(database.execute(query).fetchone()[0] == 0)

    wait_until(is_settled, "checking everything", SECONDS)


WAYS: dict[Way, int] = {
    checked_with_a_broken_seal: 4,
    accepted: 24,
    accepted_as_a_form: 12,
    accepted_in_parts: 12,
    sent_by_a_browser_and_edited: 10,
    sent_by_a_browser_and_taken_back: 8,
    sent_by_a_browser_that_returns: 8,
    refused: 10,
    refused_to_a_browser: 10,
    used_as_a_name: 6,
    malformed: 10,
    in_a_body_that_cannot_be_read: 8,
    said_twice: 8,
    said_under_a_key: 8,
    sent_to_a_closed_thread: 8,
    sent_from_a_foreign_page: 6,
    held_by_a_word: 8,
    spam_by_a_word: 8,
    listed: 3,
    listed_and_taken_off: 2,
    edited_by_its_token: 8,
    sent_while_nobody_can_write: 2,
    exported: 4,
    erased: 4,
    erased_with_the_text: 3,
    unknown_at_sign_in: 4,
    moderating: 2,
}
"""Every way, and how many addresses take it: 200 together."""
