"""The audit tab: what the checks settled alone, and whether that was right."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.db.models import Comment, Label
from service.domain.findings import Finding
from service.domain.status import Status
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.sites import SiteView
from service.web.context import Context
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.moderation.visitor import Visitor, forms_of

Ask = Callable[..., Comment]

FOUND = Finding(check="links", log_odds=1.2, reason="Two links.")


@pytest.fixture
def ask(context: Context, site: SiteView, clock: FrozenClock) -> Ask:
    """Adds a comment that the checks settled and a moderator is asked about."""

    def act(status: Status = Status.SPAM, text: str = "Some words") -> Comment:
        return context.store.write(
            lambda s: Seeds(session=s, keyring=context.keyring, now=clock.now).comment(
                site, text, status=status, audit=True, findings=[FOUND]
            )
        )

    return act


def _labels(context: Context) -> list[tuple[bool | None, str]]:
    return context.store.read(
        lambda s: [(row.is_spam, row.source) for row in s.scalars(select(Label))]
    )


@pytest.mark.parametrize(
    ("status", "question", "answer"),
    [
        (Status.SPAM, "called this spam by themselves", "Right, it is spam"),
        (Status.PUBLISHED, "published this by themselves", "Right, it is good"),
    ],
    ids=["spam", "published"],
)
def test_audit_asks_whether_it_was_right(
    moderator: Visitor, ask: Ask, status: Status, question: str, answer: str
) -> None:
    comment = ask(status)
    page = moderator.get("/queue?status=audit").text
    assert question in page
    assert answer in page
    assert "<strong>60\N{NO-BREAK SPACE}%</strong> likely spam" in page
    assert "Two links." in page
    forms = {form.action for form in forms_of(page)}
    assert {f"/queue/{comment.public_id}/right", f"/queue/{comment.public_id}"} <= forms


def test_right_says_so_and_takes_the_comment_off_the_tab(
    moderator: Visitor, ask: Ask, context: Context
) -> None:
    comment = ask()
    path = f"/queue/{comment.public_id}/right"
    answer = moderator.send("/queue?status=audit", path)
    assert (answer.status_code, answer.location) == (
        303,
        f"/queue?status=audit&right={comment.public_id}",
    )
    page = moderator.get(answer.location).text
    assert "Found right, it stays spam: “<bdi>Some words</bdi>”." in page
    assert "No audits wait." in page
    assert _labels(context) == [(True, "audit")]
    # A second click of a double click is no mistake, and no second label.
    again = {"seen": str(comment.version), "csrf_token": _csrf(moderator)}
    assert moderator.post(path, again).status_code == 303
    assert len(_labels(context)) == 1


def _csrf(moderator: Visitor) -> str:
    return forms_of(moderator.get("/account").text)[0].fields["csrf_token"]


def test_deciding_otherwise_is_an_answer_too(
    moderator: Visitor, ask: Ask, context: Context
) -> None:
    comment = ask()
    path = f"/queue/{comment.public_id}"
    answer = moderator.send("/queue?status=audit", path, "published")
    assert answer.status_code == 303
    assert _labels(context) == [(False, "move")]
    assert "No audits wait." in moderator.get("/queue?status=audit").text


def test_page_of_one_comment_asks_as_well_and_stays_there(
    moderator: Visitor, ask: Ask
) -> None:
    comment = ask()
    page = f"/queue/{comment.public_id}"
    answer = moderator.send(page, f"{page}/right")
    assert answer.location == f"{page}?right={comment.public_id}"
    shown = moderator.get(answer.location).text
    assert "Found right" in shown
    assert "Right, it is spam" not in shown


def test_comment_that_was_moved_meanwhile_is_shown_as_it_is_now(
    moderator: Visitor, ask: Ask, context: Context
) -> None:
    comment = ask()
    path = f"/queue/{comment.public_id}"
    page = moderator.get("/queue?status=audit").text
    form = next(f for f in forms_of(page) if f.action == f"{path}/right")
    moderator.send(path, path, "trashed")
    answer = moderator.post(form.action, form.fields)
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.text
    assert _labels(context) == []


def test_form_without_what_was_seen_is_refused(moderator: Visitor, ask: Ask) -> None:
    comment = ask()
    fields = {"csrf_token": _csrf(moderator)}
    answer = moderator.post(f"/queue/{comment.public_id}/right", fields)
    assert answer.status_code == 422


def test_viewer_is_not_asked(
    moderator: Visitor,
    ask: Ask,
    context: Context,
    grace: ModeratorView,
    site: SiteView,
) -> None:
    ask()
    context.store.write(
        lambda s: set_role(s, grace.id, site.id, Role.VIEWER, now=context.clock())
    )
    page = moderator.get("/queue?status=audit").text
    assert "Some words" in page
    assert "Was that right?" not in page
