"""`foyer backup` and `foyer restore`: nothing lost, nobody erased comes back."""

import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import orjson
import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from service.db.models import (
    Allowance,
    Base,
    CheckTally,
    Comment,
    Contact,
    DayTally,
    Erasure,
    Job,
    Label,
    SignInSession,
    SiteModelRow,
    TrainedModel,
)
from service.db.models import Thread as ThreadRow
from service.db.store import Store, make_engine
from service.domain.submission import Arrival, Submission
from service.operations.sites import site_by_key
from service.operations.submit import submit
from service.privacy.keyring import Keyring
from service.settings import load
from service.transfer.rows import tables
from tests.cli.conftest import Foyer
from tests.databases import MakeDatabase
from tests.finder import Finder
from tests.needs import ROOT

EMAIL = "ida.probe@example.org"
COMMENTS = 25
KINDS = ("sqlite", "postgres")

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(slots=True)
class Place:
    """Databases that the commands can be pointed to, one after the other."""

    monkeypatch: pytest.MonkeyPatch
    making: dict[str, MakeDatabase]

    def use(self, kind: str) -> None:
        """Point the commands to a fresh migrated database of this kind."""
        self.monkeypatch.setenv("FOYER_DATABASE_URL", self.making[kind]())


@pytest.fixture
def place(
    foyer: Foyer,  # noqa: ARG001  # made the keys
    monkeypatch: pytest.MonkeyPatch,
    sqlite_making: MakeDatabase,
    postgres_making: MakeDatabase,
) -> Place:
    """Where the commands look, with the keys that `foyer` has made."""
    making = {"sqlite": sqlite_making, "postgres": postgres_making}
    return Place(monkeypatch, making)


@pytest.fixture
def store() -> Callable[[], Store]:
    """Opens the store that the commands use now."""
    return lambda: Store(make_engine(load().database))


def say(number: int, store: Store, email: str = EMAIL) -> str:
    keyring = Keyring.load(load().keys_path)
    receipt = store.write(
        lambda s: submit(
            s,
            keyring,
            site_by_key(s, "blog"),
            Submission(
                page=f"/{number % 3}/",
                text=f"Soup number {number} \u00fc \U0001f372 wants salt.",
                name="Ida",
                email=email,
            ),
            Arrival(client_ip="192.0.2.7", agent="Tester"),
            now=datetime.now(UTC),
            idempotency_key=f"key {number}",
        )
    )
    return receipt.comment_id


def learn(session: Session) -> None:
    """Rows of what the filter has learned, and of how often checks were right."""
    site_id = site_by_key(session, "blog").id
    first = session.scalars(select(Comment.id).order_by(Comment.id)).first()
    now = datetime.now(UTC)
    session.add_all(
        (
            Label(
                site_id=site_id, comment_id=first, is_spam=True, source="move",
                moderator_id=1, due_at=now, created_at=now, taken_number=1,
                weight=0.3, log_odds=-1.25,
            ),
            Label(
                site_id=site_id, comment_id=first, is_spam=None, source="audit",
                due_at=now, created_at=now,
            ),
            TrainedModel(
                site_id=site_id, version=3, parent=None, made_by="steps", last_number=1,
                header={"format": 1}, blob=bytes(range(256)), figures={"spam": 1},
                weighing={"multipliers": {"links": 1.5}, "bias": -0.25},
                ham_scores=[-3.5, 0.125], created_at=now,
            ),
            SiteModelRow(site_id=site_id, active_version=3, next_version=4),
            CheckTally(site_id=site_id, check="links", day="2026-11-28", mode="log"),
            DayTally(site_id=site_id, what="wait:3", day="2026-11-28", total=7),
        )
    )  # fmt: skip


def furnish(foyer: Foyer) -> None:
    """A site with comments, a moderator, lists, an audit log and a learned model."""
    for arguments in (
        ("migrate",),
        ("site", "add", "blog", "--origin", "https://blog.example"),
        ("moderator", "add", "mo@example.org", "--name", "Mo"),
        ("list", "add", "hold", "snake oil"),
        ("list", "add", "spam", "bad@example.org", "--field", "address"),
    ):
        assert foyer(*arguments).status == 0
    opened = Store(make_engine(load().database))
    for number in range(COMMENTS):
        say(number, opened)
    opened.write(learn)
    opened.close()


def everything(opened: Store) -> Rows:
    """All rows of all tables that a backup holds."""

    def rows(table: Table) -> list[tuple[Any, ...]]:
        query = select(table).order_by(*table.primary_key.columns)
        return opened.read(lambda s: [tuple(row) for row in s.execute(query)])

    found = {table.name: rows(table) for table in tables()}
    opened.close()
    # A restore is logged, owes the words that comments are found by, and moves on what
    # others keep in memory.
    found["job"] = [row for row in found["job"] if row[1] != "words"]
    found["audit_entry"] = [r for r in found["audit_entry"] if "backup" not in r[4]]
    return found


def count(opened: Store, model: type[Base]) -> int:
    try:
        return opened.read(
            lambda s: s.execute(select(func.count()).select_from(model)).scalar_one()
        )
    finally:
        opened.close()


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_members(path: Path, content: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)


@pytest.fixture
def saved(foyer: Foyer, place: Place, tmp_path: Path) -> Path:
    """A backup of a furnished SQLite installation, to which the commands point."""
    place.use("sqlite")
    furnish(foyer)
    path = tmp_path / "saved.zip"
    done = foyer("backup", str(path))
    assert done.status == 0, done.err
    return path


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_restored_rows_are_the_saved_ones(
    foyer: Foyer,
    place: Place,
    store: Callable[[], Store],
    tmp_path: Path,
    source: str,
    target: str,
) -> None:
    place.use(source)
    furnish(foyer)
    before = everything(store())
    path = tmp_path / "saved.zip"
    done = foyer("backup", str(path))
    assert done.status == 0, done.err
    assert f"{COMMENTS} comments" in done.err
    assert "keys are not in it" in done.err
    assert str(load().keys_path) in done.err
    place.use(target)
    restored = foyer("restore", str(path))
    assert restored.status == 0, restored.err
    assert everything(store()) == before
    # What comes next is numbered after what was restored.
    opened = store()
    say(COMMENTS, opened)
    opened.close()
    assert count(store(), Comment) == COMMENTS + 1
    assert foyer("doctor").status == 0


def test_backup_is_private_and_holds_no_address_and_no_key(
    foyer: Foyer, saved: Path, tmp_path: Path
) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert [p for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    finder = Finder([EMAIL, "mo@example.org", "bad@example.org"])
    secrets = [
        line.partition(":")[2].encode()
        for line in load().keys_path.read_text().splitlines()
        if not line.startswith("#")
    ]
    for name, data in members(saved).items():
        assert finder.find(data, name) == []
        assert not any(secret in data for secret in secrets)
    assert foyer("backup", "--verify", str(saved)).status == 0


def test_sessions_and_links_are_not_brought_back(saved: Path) -> None:
    names = set(members(saved))
    assert "comment.jsonl" in names
    for model in (SignInSession, Allowance):
        assert f"{model.__tablename__}.jsonl" not in names


def test_file_that_is_there_is_not_overwritten(foyer: Foyer, saved: Path) -> None:
    before = saved.read_bytes()
    again = foyer("backup", str(saved))
    assert again.status == 1
    assert "already" in again.err
    assert saved.read_bytes() == before


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_was_acknowledged_before_is_in_a_backup_under_load(
    foyer: Foyer,
    place: Place,
    store: Callable[[], Store],
    tmp_path: Path,
    kind: str,
) -> None:
    place.use(kind)
    furnish(foyer)
    acknowledged: list[str] = []
    enough, stop = Event(), Event()

    def stream() -> None:
        opened = store()
        while not stop.is_set():
            acknowledged.append(say(COMMENTS + len(acknowledged), opened))
            if len(acknowledged) == 20:
                enough.set()
        opened.close()

    sender = Thread(target=stream)
    sender.start()
    try:
        assert enough.wait(30)
        promised = list(acknowledged)
        done = foyer("backup", str(tmp_path / "saved.zip"))
        assert done.status == 0, done.err
    finally:
        stop.set()
        sender.join()
    place.use("sqlite")
    assert foyer("restore", str(tmp_path / "saved.zip")).status == 0
    opened = store()
    there = opened.read(lambda s: set(s.scalars(select(Comment.public_id))))
    opened.close()
    assert set(promised) <= there
    # Of one moment: each comment came with its contact and its job.
    # A restore owes the words by which comments are found, besides.
    assert count(store(), Contact) == count(store(), Job) - 1 == len(there)


def test_database_that_is_not_empty_is_kept(
    foyer: Foyer, saved: Path, store: Callable[[], Store]
) -> None:
    before = everything(store())
    refused = foyer("restore", str(saved))
    assert refused.status == 1
    assert "--replace" in refused.err
    assert everything(store()) == before


@pytest.mark.parametrize("kind", KINDS)
def test_replacing_loses_what_came_after_and_ends_old_copies(
    foyer: Foyer,
    place: Place,
    store: Callable[[], Store],
    tmp_path: Path,
    kind: str,
) -> None:
    place.use(kind)
    furnish(foyer)
    path = tmp_path / "saved.zip"
    assert foyer("backup", str(path)).status == 0
    opened = store()
    say(COMMENTS, opened)
    versions = dict(
        opened.read(lambda s: s.execute(select(ThreadRow.id, ThreadRow.version)).all())
    )
    opened.close()
    replaced = foyer("restore", str(path), "--replace")
    assert replaced.status == 0, replaced.err
    assert count(store(), Comment) == COMMENTS
    opened = store()
    for thread in opened.read(lambda s: s.scalars(select(ThreadRow)).all()):
        assert thread.version > versions[thread.id]
    opened.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("with_text", [True, False], ids=["with-text", "without"])
def test_person_erased_since_stays_erased(
    foyer: Foyer,
    place: Place,
    store: Callable[[], Store],
    tmp_path: Path,
    kind: str,
    with_text: bool,
) -> None:
    place.use(kind)
    furnish(foyer)
    path = tmp_path / "saved.zip"
    assert foyer("backup", str(path)).status == 0
    options = ["--text"] if with_text else []
    assert foyer("person", "erase", EMAIL, "--site", "blog", *options).status == 0
    stones = count(store(), Erasure)
    replaced = foyer("restore", str(path), "--replace")
    assert replaced.status == 0, replaced.err
    assert f"Erased again from {COMMENTS} comments" in replaced.err
    assert count(store(), Erasure) == stones
    opened = store()
    comments = opened.read(lambda s: s.scalars(select(Comment)).all())
    contacts = opened.read(lambda s: s.scalars(select(Contact)).all())
    opened.close()
    assert {c.name for c in comments} == {""}
    assert {bool(c.text) for c in comments} == {not with_text}
    assert {(c.email_sealed, c.email_index) for c in contacts} == {(None, None)}
    if kind == "sqlite":
        files = Path(load().database.removeprefix("sqlite:///")).parent.iterdir()
        assert any(b"Soup number" in f.read_bytes() for f in files) is not with_text


def test_person_erased_before_is_not_in_the_backup(
    foyer: Foyer, place: Place, tmp_path: Path, store: Callable[[], Store]
) -> None:
    place.use("sqlite")
    furnish(foyer)
    assert foyer("person", "erase", EMAIL, "--site", "blog", "--text").status == 0
    path = tmp_path / "saved.zip"
    assert foyer("backup", str(path)).status == 0
    assert b"Soup number" not in b"".join(members(path).values())
    place.use("postgres")
    assert foyer("restore", str(path)).status == 0
    assert count(store(), Erasure) == 1


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def _no_zip(path: Path) -> None:
    path.write_bytes(b"not a backup\n" * 100)


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


def _changed(path: Path, member: str, old: bytes, new: bytes) -> None:
    content = members(path)
    assert old in content[member]
    content[member] = content[member].replace(old, new)
    write_members(path, content)


def _changed_row(path: Path) -> None:
    _changed(path, "comment.jsonl", b"salt", b"gold")


def _fewer_rows(path: Path) -> None:
    content = members(path)
    lines = content["comment.jsonl"].splitlines(keepends=True)
    content["comment.jsonl"] = b"".join(lines[:-1])
    write_members(path, content)


def _changed_manifest(path: Path) -> None:
    _changed(path, "manifest.json", b'"taken_at": "2', b'"taken_at": "3')


def _other_format(path: Path) -> None:
    _changed(path, "manifest.json", b'"format": 1', b'"format": 2')


def _no_manifest(path: Path) -> None:
    content = members(path)
    del content["manifest.json"]
    write_members(path, content)


def _no_signature(path: Path) -> None:
    content = members(path)
    content["signature.json"] = b"{}"
    write_members(path, content)


def _one_more_table(path: Path) -> None:
    write_members(path, {**members(path), "retention_gate.jsonl": b"[1,1]\n"})


@pytest.mark.parametrize("command", [("restore", "--replace"), ("backup", "--verify")])
@pytest.mark.parametrize(
    "spoil",
    [
        _cut,
        _flip,
        _no_zip,
        _nothing,
        _changed_row,
        _fewer_rows,
        _changed_manifest,
        _other_format,
        _no_manifest,
        _no_signature,
        _one_more_table,
    ],
)
def test_spoiled_backup_is_refused_and_changes_nothing(
    foyer: Foyer,
    saved: Path,
    store: Callable[[], Store],
    command: tuple[str, ...],
    spoil: Callable[[Path], None],
) -> None:
    before = everything(store())
    spoil(saved)
    refused = foyer(*command, str(saved))
    assert refused.status == 1
    assert refused.err.startswith("foyer: This ")
    assert refused.err.count("\n") == 1
    assert everything(store()) == before


@pytest.mark.parametrize("command", [("restore", "--replace"), ("backup", "--verify")])
@pytest.mark.parametrize("key", ["another", "missing"])
def test_wrong_keys_are_refused_and_change_nothing(
    foyer: Foyer,
    saved: Path,
    store: Callable[[], Store],
    command: tuple[str, ...],
    key: str,
) -> None:
    before = everything(store())
    path = load().keys_path
    text = path.read_text()
    line = next(line for line in text.splitlines() if line.startswith("1:"))
    swapped = line[:10] + line[10:20].swapcase() + line[20:]
    path.write_text(text.replace(line, swapped if key == "another" else f"2{line[1:]}"))
    refused = foyer(*command, str(saved))
    assert refused.status == 1
    assert "keys file does not belong to this backup: key 1" in refused.err
    assert refused.err.count("\n") == 1
    path.write_text(text)
    assert everything(store()) == before


def test_kept_keys_take_the_place_of_those_that_a_new_machine_made(
    foyer: Foyer, saved: Path, place: Place, store: Callable[[], Store]
) -> None:
    before = everything(store())
    path = load().keys_path
    kept = path.read_text()
    path.unlink()
    place.use("postgres")
    assert foyer("migrate").status == 0
    assert path.read_text() != kept
    assert foyer("restore", str(saved)).status == 1
    path.write_text(kept)
    assert foyer("restore", str(saved)).status == 0
    assert everything(store()) == before
    assert foyer("doctor").status == 0


def test_backup_of_another_version_is_refused(
    foyer: Foyer, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.transfer.restore.HEAD", "9999")
    refused = foyer("restore", "--replace", str(saved))
    assert refused.status == 1
    assert "the version that made it" in refused.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("restore", "/nowhere/saved.zip"),
        ("backup", "/nowhere/saved.zip"),
        ("backup", "--verify", "/nowhere/saved.zip"),
    ],
)
def test_file_that_cannot_be_used_is_one_line(
    foyer: Foyer, arguments: tuple[str, ...]
) -> None:
    ended = foyer(*arguments)
    assert ended.status == 1
    assert ended.err.count("\n") == 1
    assert "/nowhere" in ended.err


def test_nothing_stays_behind_when_the_disk_is_full(
    foyer: Foyer, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.use("sqlite")
    furnish(foyer)
    folder = tmp_path / "backups"
    folder.mkdir()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    ended = foyer("backup", str(folder / "saved.zip"))
    assert ended.status == 1
    assert "No space left" in ended.err
    assert list(folder.iterdir()) == []


def through_pipe(*arguments: str, data: bytes = b"") -> bytes:
    """What the command, a process of its own, wrote to standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments],
        cwd=ROOT,
        input=data,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_goes_through_pipes(
    foyer: Foyer, place: Place, store: Callable[[], Store]
) -> None:
    place.use("sqlite")
    furnish(foyer)
    before = everything(store())
    data = through_pipe("backup", "-")
    place.use("postgres")
    assert through_pipe("restore", "-", data=data) == b""
    assert everything(store()) == before


def test_rows_are_readable_json(saved: Path) -> None:
    content = members(saved)
    manifest = orjson.loads(content["manifest.json"])
    comments = next(p for p in manifest["parts"] if p["table"] == "comment")
    place = comments["columns"].index("text")
    texts = [orjson.loads(row)[place] for row in content["comment.jsonl"].splitlines()]
    assert len(texts) == comments["rows"] == COMMENTS
    assert texts[0].startswith("Soup number 0 ü")
