"""An installation whose store has grown to some size, and everything it does there."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
from flask.testing import FlaskClient
from sqlalchemy import (
    Connection,
    String,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from werkzeug.test import TestResponse

from service.db import word_table
from service.db.models import (
    Allowance,
    AuditEntry,
    CheckTally,
    Comment,
    CommentHost,
    Contact,
    DayTally,
    Erasure,
    Flood,
    Idempotency,
    Inquiry,
    Job,
    Label,
    Moderator,
    Move,
    Revision,
    SignInLink,
    SignInSession,
    SiteModelRow,
    Thread,
    Ticket,
    VerdictRow,
)
from service.db.store import Store, make_engine
from service.domain.periods import PERIODS
from service.domain.status import Actor, Status
from service.jobs import Kind, make_celery
from service.operations import finding, log_rows
from service.operations.claim import claim
from service.operations.model_upkeep import owe_upkeep
from service.operations.moderators import ModeratorView, Role
from service.operations.newest import MAX_ENTRIES
from service.operations.owe import owe
from service.operations.person import erase_person, export_person
from service.operations.published import PublishedThreads
from service.operations.retention import retain
from service.operations.site_retention import empty_discarded, forget_origins
from service.operations.sites import SiteView, set_policy, site_by_id
from service.privacy.keyring import Keyring, generate
from service.privacy.tokens import feed_token
from service.settings import load
from service.web.app import create_app
from service.web.context import Context
from tests.doubles import FrozenClock, RememberingBell
from tests.queue_seeds import Seeds
from tests.stored import (
    Crowd,
    StoredText,
    add_comments,
    add_findings,
    add_threads,
    add_words,
    fill_table,
    indexed_after,
    last_id,
    marked,
    moment,
    settle_rows,
    take_stock,
    unhurried,
    unlike,
)
from tests.watched import Statement, Watched
from tests.web.moderation.settings.page import section
from tests.web.moderation.visitor import Visitor, forms_of
from worker.heartbeat import beat
from worker.pipeline import Doors, do, drain
from worker.resolver import DomainResolver
from worker.sweeper import Sweeper

ROOTS, REPLIES = 110, 40
"""The page that is read: more than a window holds."""
_PER_THREAD = 4
_PAGE = "/hundred/"
_STATES = [s.value for s in Status]
_BASE = "http://localhost:8000"
_API = "/api/v1/sites/blog"
_TEXTS = [
    StoredText(name="Ada", text=f"Note {n}.", html=f"<p>Note {n}.</p>", group_key="")
    for n in range(20)
]


def _fill(connection: Connection, site_id: int, total: int, now: datetime) -> None:
    """Every table that grows, in proportion to the comments."""
    unhurried(connection)
    read = add_threads(connection, site_id, [(_PAGE, ROOTS + REPLIES)])
    first = last_id(connection, Thread) + 1
    spread = max(1, total // _PER_THREAD)
    fill_table(
        connection,
        Thread,
        spread,
        id=lambda n: n + first,
        site_id=site_id,
        page=lambda n: literal("/page/").concat(n),
        published_count=4,
        created_at=now,
    )
    one = Crowd(
        site_id=site_id,
        count=ROOTS + REPLIES,
        texts=_TEXTS,
        thread=lambda n: n * 0 + read,
        parent=lambda n: case((n < ROOTS, None), else_=n % ROOTS),
        bands=1,
        until=now - timedelta(days=400),
    )
    # As many in each state, so that every part of the queue grows.
    crowd = replace(
        one,
        count=total // 2,
        thread=lambda n: n % spread + first,
        parent=None,
        status=lambda n: case(
            *((n % len(_STATES) == place, s) for place, s in enumerate(_STATES)),
            else_="",
        ),
        until=now - timedelta(hours=2),
    )
    start = add_comments(connection, crowd)
    # In the middle, so that it is found from neither end of the store.
    add_comments(connection, one)
    add_comments(connection, crowd)
    add_findings(connection)
    add_words(connection, _TEXTS)
    _fill_others(connection, site_id, start, total, now)
    _fill_floods(connection, start)
    settle_rows(connection, Thread, Comment)


def _fill_floods(connection: Connection, start: int) -> None:
    """Every fourth comment that is held or spam is in one of some floods.

    They are the larger the more comments there are.
    """
    connection.execute(
        update(Comment)
        .where(
            Comment.id >= start,
            Comment.id % 4 == 0,
            Comment.status.in_([Status.HELD.value, Status.SPAM.value]),
        )
        .values(flood_key=literal("host:h").concat(cast(Comment.id // 200, String)))
    )
    rows = (
        select(
            *(Comment.site_id, Comment.status, Comment.flood_key),
            *(func.count(), func.min(Comment.id), func.max(Comment.id)),
        )
        .where(Comment.flood_key != "")
        .group_by(Comment.site_id, Comment.status, Comment.flood_key)
    )
    columns = ["site_id", "status", "key", "size", "first_id", "last_id"]
    connection.execute(insert(Flood).from_select(columns, rows))


def _fill_others(
    connection: Connection, site_id: int, start: int, total: int, now: datetime
) -> None:
    tenth = total // 10
    soon = now + timedelta(hours=20)
    mail = {"site_id": site_id, "created_at": now, "index_key": 1}
    one_of = {"comment_id": lambda n: n * 10 + start, "created_at": now}
    digest = lambda n: unlike(connection, 16)  # noqa: ARG005, E731
    connection.execute(
        update(Contact)
        .where(Contact.comment_id >= start)
        .values(
            email_index=marked(connection, "w", Contact.comment_id // 10),
            network_index=marked(connection, "n", Contact.comment_id // 25),
            origin_until=now + timedelta(days=1),
        )
    )
    pending = (Comment.status == Status.PENDING.value) & (Comment.id >= start)
    row: dict[str, Any] = {
        "kind": literal(Kind.CHECK.value),
        "subject": Comment.id,
        "due_at": Comment.created_at,
        "created_at": Comment.created_at,
    }
    connection.execute(
        insert(Job).from_select(list(row), select(*row.values()).where(pending))
    )
    fill_table(
        connection,
        Move,
        tenth,
        **one_of,
        site_id=site_id,
        old=Status.HELD.value,
        new=Status.PUBLISHED.value,
        actor=Actor.MODERATOR.value,
        reason="",
    )
    # Calls of spam whose time is over, of comments that are something else since.
    fill_table(
        connection,
        Move,
        tenth,
        comment_id=lambda n: n * 10 + start,
        created_at=now - timedelta(days=90),
        site_id=site_id,
        old=Status.HELD.value,
        new=Status.SPAM.value,
        actor=Actor.MODERATOR.value,
        reason="",
    )
    fill_table(
        connection,
        CommentHost,
        total // 4,
        comment_id=lambda n: n * 4 + start,
        site_id=site_id,
        host=lambda n: literal("host").concat(cast(n // 10, String)).concat(".example"),
    )
    fill_table(
        connection,
        Revision,
        tenth,
        **one_of,
        number=1,
        text="Another note.",
        state="refused",
    )
    fill_table(
        connection,
        Inquiry,
        tenth,
        comment_id=lambda n: n * 10 + start,
        site_id=site_id,
        check="akismet",
        digest=digest,
        state="answered",
        answer=lambda n: literal({}, Inquiry.answer.type),  # noqa: ARG005
        asked_at=now,
    )
    fill_table(
        connection,
        Idempotency,
        tenth,
        **one_of,
        site_id=site_id,
        key_digest=digest,
        fingerprint=digest,
    )
    fill_table(
        connection,
        Allowance,
        tenth,
        key=lambda n: literal("submit:").concat(n),
        arrival_time=now.timestamp(),
    )
    fill_table(
        connection,
        Ticket,
        tenth,
        digest=digest,
        comment_id=lambda n: n * 10 + start,
        proven=True,
        return_to="",
        expires_at=soon,
    )
    fill_table(
        connection,
        AuditEntry,
        tenth,
        actor="operator",
        action="list-added",
        site_id=site_id,
        detail=lambda n: literal({}, AuditEntry.detail.type),  # noqa: ARG005
        created_at=lambda n: moment(connection, now, n * 0),
    )
    fill_table(
        connection,
        Erasure,
        tenth,
        email_index=lambda n: marked(connection, "e", n),
        with_text=False,
        **mail,
    )
    # Twice for each comment: the last one counts.
    fill_table(
        connection,
        Label,
        total,
        site_id=site_id,
        comment_id=lambda n: n % (total // 2) + start,
        is_spam=lambda n: n % 2 == 0,
        source="move",
        moderator_id=1,
        due_at=now,
        created_at=now - timedelta(days=2),
        taken_number=lambda n: n + 1,
        weight=1.0,
        log_odds=0.5,
    )
    fill_table(connection, SiteModelRow, 1, site_id=site_id, next_number=total + 1)
    _fill_filters(connection, site_id, start, total, now)
    for model, times in (
        (SignInSession, {"seen_at": now, "expires_at": soon, "created_at": now}),
        (SignInLink, {"expires_at": soon}),
    ):
        fill_table(connection, model, tenth, digest=digest, moderator_id=1, **times)


def _fill_filters(
    connection: Connection, site_id: int, start: int, total: int, now: datetime
) -> None:
    """What the checks have left behind: open audits, and years of counters."""
    settled = Comment.status.in_([Status.PUBLISHED.value, Status.SPAM.value])
    connection.execute(
        update(Comment)
        .where(Comment.id >= start, Comment.id % 4 == 0, settled)
        .values(audit=True)
    )
    # Days that are past are dropped. What grows are counters of what is no more.
    days = [(now - timedelta(days=n)).date().isoformat() for n in range(400)]
    gone = [f"old{n}" for n in range(total // 2_000)]
    counts = {"fired": 3, "right": 1, "wrong": 1}
    rows = [
        {"site_id": site_id, "check": check, "day": day, "mode": "on"} | counts
        for check in ("links", "hosts", "form", *gone)
        for day in days
    ]
    connection.execute(insert(CheckTally), rows)
    kept = ("is:published", "is:held", "judged:published", "spam:held", "wait:2")
    rows = [
        {"site_id": site_id, "what": what, "day": day, "total": 3}
        for what in (*kept, *gone)
        for day in days
    ]
    connection.execute(insert(DayTally), rows)


@dataclass(slots=True)
class Grown:
    """An installation with so many comments, and what is done there.

    Each of its acts may be done again and again.
    """

    store: Store
    folder: Path
    total: int
    as_if_large: bool = False
    keyring: Keyring = field(default_factory=lambda: Keyring.from_text(generate()))
    clock: FrozenClock = field(default_factory=FrozenClock)
    site: SiteView = field(init=False)
    grace: ModeratorView = field(init=False)
    client: FlaskClient = field(init=False)
    visitor: Visitor = field(init=False)
    context: Context = field(init=False)
    _number: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        def act(seeds: Seeds) -> tuple[SiteView, ModeratorView]:
            blog, other = seeds.site("blog"), seeds.site("other")
            roles = {
                "a": (blog.id, Role.OWNER),
                "b": (other.id, Role.VIEWER),
            }
            return blog, seeds.moderator("grace@example.com", **roles)

        self.site, self.grace = self.store.write(
            lambda s: act(Seeds(session=s, keyring=self.keyring, now=self.clock()))
        )
        with self.store.engine.begin() as connection, indexed_after(connection):
            # No longer new, so that what she decides is learned at once.
            since = self.clock() - timedelta(days=90)
            connection.execute(update(Moderator).values(created_at=since))
            _fill(connection, self.site.id, self.total, self.clock())
        with self.store.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            if not self.store.is_sqlite:
                # Floods were put on comments that were there: a store that has grown
                # by and by has no such heap of dead rows.
                alone.execute(text("VACUUM (FULL) comment"))
            take_stock(alone)
        env = {"FOYER_DATA": str(self.folder), "FOYER_DNS_SECONDS": "0"}
        settings = replace(load(env), submit_limit=(1000, 60))
        self.context = Context(
            settings=settings,
            store=self.store,
            keyring=self.keyring,
            bell=RememberingBell(),
            published=PublishedThreads(),
            clock=self.clock,
        )
        app = create_app(self.context)
        self.client = app.test_client(use_cookies=False)
        self.visitor = Visitor(app.test_client()).with_session(
            self.context, self.grace.id
        )

    def statements(self, act: str) -> list[Statement]:
        """What the act does, once it has been done before."""
        do: Callable[[], None] = getattr(self, act)
        do()
        if act == "learn":
            # It took the labels that other acts left, too; those are dead entries of
            # the index, which the next look clears away.
            do()
        watched = Watched(self.store.engine, as_if_large=self.as_if_large)
        with watched.watching():
            do()
        return watched.statements

    @contextmanager
    def _unwatched(self) -> Iterator[Connection]:
        """For what a test arranges, which no act does."""
        url = self.store.engine.url.render_as_string(hide_password=False)
        engine = make_engine(url)
        with engine.begin() as connection:
            yield connection
        engine.dispose()

    # What readers and writers do.

    def _get(self, path: str, **headers: str) -> TestResponse:
        answer = self.client.get(path, base_url=_BASE, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    def _send(
        self,
        fields: dict[str, str] | None = None,
        *,
        status: int = 202,
        key: str = "",
        accept: str = "*/*",
    ) -> TestResponse:
        number = next(self._number)
        words = (
            f"Rye number {number} wants patience and a warm place near the oven, as I "
            f"have said before: see http://shop.example/{number} for the whole recipe."
        )
        given = {"page": "/bread/", "comment": words, "name": "Ana"}
        given |= {"email": "ana@example.org", **(fields or {})}
        headers = {"Accept": accept} | ({"Idempotency-Key": key} if key else {})
        way = {"data": given} if accept == "text/html" else {"json": given}
        answer = self.client.post(
            f"{_API}/comments",
            base_url=_BASE,
            headers=headers,
            **way,
        )
        assert answer.status_code == status, answer.text
        return answer

    def submit(self) -> None:
        """A comment on a page that has some."""
        self._send()

    def submit_on_new_page(self) -> None:
        """The first comment of a page."""
        self._send({"page": f"/new/{next(self._number)}"})

    def submit_again(self) -> None:
        """A double click."""
        text = {"comment": f"Twice {next(self._number)}"}
        first = self._send(text).json
        assert first is not None
        assert self._send(text).json == {
            k: v for k, v in first.items() if k != "edit_token"
        }

    def submit_with_key(self) -> None:
        """A submission under a key of the client's, and the same once more."""
        text = {"comment": f"By key {next(self._number)}"}
        key = f"key {next(self._number)}"
        assert self._send(text, key=key).json == self._send(text, key=key).json

    def reply(self) -> None:
        """An answer to a published comment."""
        thread = self._thread()
        self._send({"page": _PAGE, "parent": thread["comments"][0]["id"]})

    def send_form(self) -> None:
        """A browser's form, and the page that it sees then."""
        answer = self._send(status=303, accept="text/html")
        self._get(answer.headers["Location"].removeprefix(_BASE))

    def _thread(self, more: str = "") -> Any:
        # Nothing kept of it: what is read anew after a publication is what counts.
        self.context.published.__init__()  # type: ignore[misc]  # empties it
        answer = self._get(f"{_API}/thread?page={_PAGE}{more}")
        return orjson.loads(answer.data)

    def read_thread(self) -> None:
        """The first window of a thread."""
        assert len(self._thread()["comments"]) == 100 + REPLIES

    def read_on(self) -> None:
        """The windows after the first, both ways round."""
        for sort in ("oldest", "newest"):
            after = self._thread(f"&sort={sort}")["next"]
            assert self._thread(f"&sort={sort}&after={after}")["next"] is None

    def read_nothing(self) -> None:
        """A page that nobody has commented on."""
        self._get(f"{_API}/thread?page=/nothing/")

    def read_counts(self) -> None:
        """The counts of a list of articles."""
        pages = "&".join(f"page=/page/{n}" for n in range(100))
        self._get(f"{_API}/counts?{pages}")

    def read_site_feed(self) -> None:
        """What was published last on the site."""
        answer = self._get(f"{_API}/feed.json")
        assert len(orjson.loads(answer.data)["items"]) == MAX_ENTRIES

    def read_newest_by_isso(self) -> None:
        """What Isso's clients show of a whole site."""
        answer = self._get("/sites/blog/isso/latest?limit=50")
        assert len(orjson.loads(answer.data)) == 50

    def list_by_number(self) -> None:
        """What WordPress's clients list of a whole site, and leave out of it."""
        comments = "/sites/blog/wp-json/wp/v2/comments"
        (newest,) = orjson.loads(self._get(f"{comments}?parent=0&per_page=1").data)
        for query in (f"parent={newest['id']}", "parent=0", "parent_exclude=0"):
            self._get(f"{comments}?{query}&per_page=100")

    def see_own(self) -> None:
        """A writer looks at, edits, and takes back an own comment."""
        told = self._send().json
        assert told is not None
        path = f"{_API}/comments/{told['id']}"
        bearer = {"Authorization": f"Bearer {told['edit_token']}"}
        self._get(f"{path}/status", **bearer)
        for method, given in (("PATCH", {"comment": "Better so."}), ("DELETE", None)):
            answer = self.client.open(
                path, method=method, base_url=_BASE, headers=bearer, json=given
            )
            assert answer.status_code < 300, answer.text

    def look_ready(self) -> None:
        """What watches the service asks."""
        self.client.get("/readyz", base_url=_BASE)

    # What moderators do.

    def _queue(self, path: str) -> None:
        answer = self.visitor.get(path)
        assert answer.status_code == 200, answer.text

    def look_through_queue(self) -> None:
        """Every tab of the queue, of one site and of all, and a page further on."""
        middle = self.total // 2
        for status in ("held", "audit", "spam", "published", "trashed"):
            for site in ("", "&site=blog", "&site=other"):
                self._queue(f"/queue?status={status}{site}")
                self._queue(f"/queue?status={status}{site}&after={middle}")

    @contextmanager
    def _looking_less_far(self) -> Iterator[None]:
        """Limits that both stores reach, so that what is within them is alike."""
        few = {"NAMED": 20, "MATCHED": 60, "READ": 60, "OPENED": 60}
        with ExitStack() as stack:
            for limit, value in (
                few | {"FIRST_LOOK": 30, "LOOKED_THROUGH": 60}
            ).items():
                stack.enter_context(patch.object(finding, limit, value))
            stack.enter_context(patch.object(word_table, "MOST_COMPLETED", 5))
            yield

    def filter_queue(self) -> None:
        """Every filter, on tabs that are long, and a page further on."""
        middle = self.total // 2
        for asked in (
            *("reason=links", "reason=language", "score_from=50", "score_to=50"),
            *("older=30d", "newer=30d", f"page={_PAGE}", "page=/page/1"),
            "reason=links&score_to=50&older=1d",
        ):
            for status in ("held", "audit", "published"):
                for place in ("", f"&after={middle}", f"&before={middle}"):
                    with self._looking_less_far():
                        self._queue(f"/queue?status={status}&{asked}{place}")

    def search_queue(self) -> None:
        """Words that most comments have, one and none; and an address."""
        middle = self.total // 2
        for words in ("note", "n4242", "zeppelin", "not", "note+n4242"):
            for more in ("", f"&after={middle}", f"&page={_PAGE}", "&site=blog"):
                with self._looking_less_far():
                    self._queue(f"/queue?q={words}{more}")
        page = "/queue?status=spam"
        answer = self.visitor.send(page, "/queue/search", q="ana@example.org")
        assert answer.status_code == 303, answer.text
        assert "ana" not in answer.headers["Location"]
        for more in ("", "&q=note", f"&page={_PAGE}", f"&after={middle}"):
            with self._looking_less_far():
                self._queue(answer.headers["Location"] + more)

    def save_view(self) -> None:
        """A view is saved, and removed again."""
        page = f"/queue?page={_PAGE}"
        saved = self.visitor.send(page, "/queue/views", name="Links")
        assert saved.status_code == 303, saved.text
        forms = forms_of(self.visitor.get(page).text)
        path = next(f.action for f in forms if f.action.endswith("/remove"))
        assert self.visitor.send(page, path).status_code == 303

    def read_feed(self) -> None:
        """The private feed of what waits."""
        token = feed_token(self.keyring, self.grace.id, self.grace.feed_epoch)
        self._queue(f"/queue.atom?moderator={self.grace.id}&token={token}")

    def decide(self) -> None:
        """A decision, and what is seen after it."""
        public_id = self.store.read(
            lambda s: s.scalars(
                select(Comment.public_id)
                .where(
                    Comment.site_id == self.site.id,
                    Comment.status == Status.HELD.value,
                )
                .order_by(Comment.id)
                .limit(1)
            ).one()
        )
        path = f"/queue/{public_id}"
        answer = self.visitor.send(path, path, Status.PUBLISHED.value)
        assert answer.status_code == 303, answer.text
        self._queue(answer.headers["Location"])

    def _in_flood(self) -> str:
        """Public id of a comment in a flood."""
        query = (
            select(Comment.public_id)
            .join(Flood, Flood.first_id == Comment.id)
            .where(Flood.status == Status.HELD.value)
            .order_by(Flood.first_id)
            .limit(1)
        )
        with self._unwatched() as connection:
            return str(connection.execute(query).scalar_one())

    def look_into_flood(self) -> None:
        """The comments that are alike one, and what else came from its writer."""
        public_id = self._in_flood()
        self._queue(f"/queue/{public_id}/alike")
        self._queue(f"/queue/{public_id}/writer")
        self._queue("/rules")

    def decide_many(self) -> None:
        """A page of comments decided at once, and taken back."""
        page = self.visitor.get("/queue").text
        (fields, *_) = [f.fields for f in forms_of(page) if "seen" in f.fields]
        ticked = [
            f"{f.action.removeprefix('/queue/')}:{f.fields['seen']}"
            for f in forms_of(page)
            if f.action.count("/") == 2
            and f.fields.get("seen", "").isdecimal()  # no part of a comment
        ]
        data: dict[str, Any] = {
            "csrf_token": fields["csrf_token"],
            "decision": Status.SPAM.value,
            "tab": "held",
            "comment": ticked,
        }
        answer = self.visitor.post("/queue/decide", data)
        assert answer.status_code == 303, answer.text
        undone = self.visitor.send(answer.headers["Location"], "/queue/undo")
        assert undone.status_code == 303, undone.text

    def find_right(self) -> None:
        """An audit, and what is seen after it."""
        page = "/queue?status=audit"
        forms = forms_of(self.visitor.get(page).text)
        path = next(f.action for f in forms if f.action.endswith("/right"))
        answer = self.visitor.send(page, path)
        assert answer.status_code == 303, answer.text
        self._queue(answer.headers["Location"])

    def read_log(self) -> None:
        """The log under every kind of filter, pages further on, and its CSV."""
        # So few that the small store has more of each kind, as the large one has.
        with patch.object(log_rows, "LOOKED_THROUGH", 200):
            self._read_log()

    def _read_log(self) -> None:
        middle = int((self._long_ago + timedelta(days=450)).timestamp() * 1_000_000)
        for query in (
            *("", "site=blog", "kind=moves", "kind=acts", f"who={self.grace.id}"),
            *("who=checks", "who=people", "who=writer", "who=operator"),
            *("from=held", "to=spam", "from=spam&to=trashed", "to=pending"),
            *("since=2026-02-01", "until=2025-06-01", "to=trashed&site=blog"),
        ):
            self._queue(f"/log?{query}")
            self._queue(f"/log?{query}&after={middle}-1-1")
        self._queue("/log.csv?who=people&until=2025-06-01")

    def read_log_of_one(self) -> None:
        """The log of one comment."""
        with self._unwatched() as connection:
            number = select(func.max(Move.comment_id)).scalar_subquery()
            public_id = connection.execute(
                select(Comment.public_id).where(Comment.id == number)
            ).scalar_one()
        self._queue(f"/log?comment={public_id}&who=people")

    def see_insights(self) -> None:
        """How often each check was right, and the plots of each period."""
        for days in PERIODS:
            self._queue(f"/insights?site=blog&days={days}&budget=20")

    def see_settings(self) -> None:
        """How a site is set, its lists, threads and people, and what was changed."""
        for part in ("", "/lists?search=rye", "/threads", "/members", "/changes"):
            self._queue(f"/settings/blog{part}")
        middle = f"entry={self.total // 20}&version={2**53 - 1}"
        self._queue(f"/settings/blog/changes?{middle}")
        self._queue("/settings/blog/threads?start=/page/5&after=/page/7")

    def change_settings(self) -> None:
        """A setting is changed."""
        path = "/settings/blog"
        data = section(self.visitor, "writers", path)
        data["max_depth"] = str(3 + next(self._number) % 2)
        answer = self.visitor.post(path, data)
        assert answer.status_code == 303, answer.text

    # What the worker does.

    def _doors(self) -> Doors:
        return Doors(
            store=self.store,
            keyring=self.keyring,
            resolver=DomainResolver(0),
            clock=self.clock,
        )

    def check(self) -> None:
        """A worker checks what waits: old comments, and one with a link."""
        self._send()
        with self._unwatched() as connection:
            newest = last_id(connection, Job)
            connection.execute(
                update(Job).where(Job.id == newest).values(due_at=self._long_ago)
            )
        self._drain()

    @property
    def _long_ago(self) -> datetime:
        return self.clock() - timedelta(days=900)

    def _drain(self) -> None:
        with self._unwatched() as connection:
            last = last_id(connection, VerdictRow)
        done = drain(self._doors())
        new = select(func.count()).where(VerdictRow.id > last)
        with self._unwatched() as connection:
            # What was decided before is learned in between.
            assert 0 < connection.execute(new).scalar_one() <= done

    def check_edit(self) -> None:
        """A worker checks a writer's edit of a comment that was held."""
        told = self._send().json
        assert told is not None
        with self._unwatched() as connection:
            number = connection.execute(
                select(Comment.id).where(Comment.public_id == told["id"])
            ).scalar_one()
            connection.execute(
                update(Comment).where(Comment.id == number).values(status="held")
            )
        answer = self.client.patch(
            f"{_API}/comments/{told['id']}",
            base_url=_BASE,
            headers={"Authorization": f"Bearer {told['edit_token']}"},
            json={"comment": "Better so."},
        )
        assert answer.status_code < 300, answer.text
        with self._unwatched() as connection:
            connection.execute(
                update(Job)
                .where(Job.kind == Kind.CHECK_REVISION.value)
                .values(due_at=self._long_ago)
            )
        self._drain()

    def _do_next(self, kind: Kind) -> None:
        """Do the one job of this kind, as if it had waited for long."""
        with self._unwatched() as connection:
            connection.execute(
                update(Job)
                .where(Job.kind == kind.value)
                .values(due_at=self._long_ago - timedelta(days=1), attempts=0)
            )
        (lease,) = self.store.write(lambda s: claim(s, self.clock()))
        assert lease.kind == kind
        do(self._doors(), lease)
        with self._unwatched() as connection:
            left = select(Job.id).where(Job.kind == kind.value)
            assert connection.execute(left).first() is None

    def learn(self) -> None:
        """A worker learns what a moderator has decided."""
        self.decide()
        self._do_next(Kind.TRAIN)

    def unlearn(self) -> None:
        """A worker takes back what it has learned last."""
        self.learn()
        with self._unwatched() as connection:
            last = select(Label.comment_id).order_by(Label.id.desc()).limit(1)
            public_id = connection.execute(
                select(Comment.public_id).where(Comment.id == last.scalar_subquery())
            ).scalar_one()
        path = f"/queue/{public_id}"
        self.visitor.send(path, path, Status.HELD.value)
        self._do_next(Kind.TRAIN)

    def retrain(self) -> None:
        """A worker looks at all models, and builds one anew."""
        now = self.clock()
        self.store.write(lambda s: owe_upkeep(s, "another", now))
        self.store.write(
            lambda s: owe(
                s, Kind.RETRAIN, self.site.id, now=now, dedupe_key="retrain-1"
            )
        )
        self._do_next(Kind.RETRAIN)

    def sweep(self) -> None:
        """The sweeper looks for what is due, and the heart beats."""
        app = make_celery(self.context.settings)
        Sweeper(self.store, app, "host:1", lambda: None, lambda: None).sweep()
        app.close()
        beat(self._doors(), "host:1")

    def retain(self) -> None:
        """The hourly look for what has been kept long enough."""
        self.store.write(lambda s: retain(s, self.clock()))

    def empty(self) -> None:
        """A look for discarded comments whose time is over."""
        policy = replace(self.site.policy, spam_days=30, origin_days=20)
        self.store.write(
            lambda s: set_policy(
                s, self.site.id, policy, changed_by="operator", now=self.clock()
            )
        )
        self.store.write(lambda s: empty_discarded(s, self.clock(), 100))
        self.store.write(lambda s: forget_origins(s, self.clock(), 100))

    # What an operator does for a person.

    def export(self) -> None:
        """Everything about a person who has written a little."""
        self._send({"email": "maria@example.org"})
        self.store.read(
            lambda s: export_person(s, self.keyring, self.site.id, "maria@example.org")
        )

    def erase(self) -> None:
        """Forget a person who has written a little."""
        self._send({"email": "jo@example.org"})
        self.store.write(
            lambda s: erase_person(
                s,
                self.keyring,
                site_by_id(s, self.site.id).id,
                "jo@example.org",
                with_text=True,
                now=self.clock(),
            )
        )


ACTS = (
    "submit",
    "submit_on_new_page",
    "submit_again",
    "submit_with_key",
    "reply",
    "send_form",
    "read_thread",
    "read_on",
    "read_nothing",
    "read_counts",
    "read_site_feed",
    "read_newest_by_isso",
    "list_by_number",
    "see_own",
    "look_ready",
    "look_through_queue",
    "filter_queue",
    "search_queue",
    "save_view",
    "read_feed",
    "decide",
    "look_into_flood",
    "decide_many",
    "find_right",
    "see_insights",
    "read_log",
    "read_log_of_one",
    "see_settings",
    "change_settings",
    "check",
    "check_edit",
    "learn",
    "unlearn",
    "retrain",
    "sweep",
    "retain",
    "empty",
    "export",
    "erase",
)
