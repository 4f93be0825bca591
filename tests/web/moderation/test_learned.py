"""A moderator sees what a decision has changed about comments that wait."""

from service.db.models import Comment
from service.domain.findings import Finding
from service.domain.status import Status
from service.operations.rescore import Rescored, note_rescored
from service.operations.sites import SiteView
from service.web.context import Context
from tests.queue_seeds import Seeds
from tests.web.moderation.visitor import Visitor


def _two_held(context: Context, site: SiteView) -> tuple[Comment, Comment]:
    def act(seeds: Seeds) -> tuple[Comment, Comment]:
        said = [Finding(check="model", log_odds=2.4, reason="Reads like spam.")]
        return (
            seeds.comment(site, "Coins for all.", findings=said),
            seeds.comment(site, "Coins for free.", name="Bob", findings=said),
        )

    return context.store.write(
        lambda s: act(Seeds(session=s, keyring=context.keyring, now=context.clock()))
    )


def _note(context: Context, waiting: Comment, decided: Comment, spam: bool) -> None:
    rescored = Rescored(
        comment_id=waiting.id,
        seen_version=waiting.version,
        score=0.93,
        was=0.6,
        model_version=3,
        decision=decided.public_id,
        is_spam=spam,
    )
    context.store.write(lambda s: note_rescored(s, [rescored], context.clock()))


def _words(page: str) -> str:
    return " ".join(page.replace("<", " <").split())


def test_held_comment_tells_what_was_learned_since(
    moderator: Visitor, context: Context, site: SiteView
) -> None:
    decided, waiting = _two_held(context, site)
    path = f"/queue/{waiting.public_id}"
    assert "another one was" not in moderator.get(path).text
    _note(context, waiting, decided, spam=True)
    page = _words(moderator.get(path).text)
    assert f'<a href="/queue/{decided.public_id}">another one was called spam' in page
    assert "it is 93 % likely spam; it was 60 %." in page
    assert "another one was called spam" in moderator.get("/queue").text


def test_decided_comment_no_longer_tells_it(
    moderator: Visitor, context: Context, site: SiteView
) -> None:
    decided, waiting = _two_held(context, site)
    _note(context, waiting, decided, spam=False)
    path = f"/queue/{waiting.public_id}"
    assert "another one was called good" in moderator.get(path).text
    moderator.send(path, path, Status.SPAM.value)
    assert "another one was called good" not in moderator.get(path).text


def test_comment_that_was_moved_meanwhile_keeps_its_score(
    moderator: Visitor, context: Context, site: SiteView
) -> None:
    decided, waiting = _two_held(context, site)
    path = f"/queue/{waiting.public_id}"
    moderator.send(path, path, Status.PUBLISHED.value)
    _note(context, waiting, decided, spam=True)
    stored = context.store.read(lambda s: s.get_one(Comment, waiting.id))
    assert stored.score == 0.6


def test_decision_rings_for_the_worker_to_learn(
    moderator: Visitor, context: Context, site: SiteView
) -> None:
    _, waiting = _two_held(context, site)
    path = f"/queue/{waiting.public_id}"
    before = context.bell.rings  # type: ignore[attr-defined]  # a double's
    moderator.send(path, path, Status.SPAM.value)
    assert context.bell.rings == before + 1  # type: ignore[attr-defined]  # as above
