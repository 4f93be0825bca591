"""A site that has lived for a while: comments, verdicts, and what people decided.

Everything goes through the acts that do it in earnest, but for what a trainer notes on
labels: that takes a worker.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db.models import Comment, Label, SiteModelRow, TrainedModel
from service.domain.findings import Finding, sigmoid
from service.domain.status import Status
from service.operations.labels import add_label
from tests.db.acts import Acts

HOSTS = ("pills.example", "casino.example", "loans.example", "watches.example")
_CHECKS = ("links", "hosts", "repeats", "model", "history", "website")


def note_scores(session: Session, site_id: int, scores: Sequence[float]) -> None:
    """Note on the labels, oldest first, that they were taken with these log-odds."""
    ids = session.scalars(
        select(Label.id).where(Label.site_id == site_id).order_by(Label.id)
    ).all()
    for number, (label_id, score) in enumerate(zip(ids, scores, strict=True), 1):
        session.execute(
            update(Label)
            .where(Label.id == label_id)
            .values(taken_number=number, weight=1.0, log_odds=score)
        )


def learn_from(
    session: Session, site_id: int, good: Sequence[float], now: datetime
) -> None:
    """Have a version of the model act that knows these scores of good comments."""
    session.add(
        TrainedModel(
            site_id=site_id, version=1, parent=None, made_by="steps", last_number=1,
            header={}, blob=b"", weighing={}, figures={}, ham_scores=list(good),
            created_at=now,
        )
    )  # fmt: skip
    session.add(SiteModelRow(site_id=site_id, active_version=1, next_version=2))


def _finding(chance: random.Random, log_odds: float) -> Finding:
    return Finding(
        check=chance.choice(_CHECKS),
        log_odds=max(-4.0, min(4.0, log_odds)),
        reason="It looks like it.",
    )


def live(acts: Acts, days: int, *, a_day: int = 4, seed: int = 1) -> None:
    """Let so many days pass on a site, the last of them today.

    About half of what comes is spam. What is held is decided within some hours or
    days, by which the clock does not move; some of it still waits in the end.
    """
    chance = random.Random(seed)  # noqa: S311  # repeatable, no secret
    scores: list[float] = []
    end = acts.clock.now
    acts.clock.now = end - timedelta(days=days)
    for day in range(days):
        for number in range(chance.randrange(a_day * 2 + 1)):
            _one(acts, chance, f"{day}.{number}", scores, end)
        acts.clock.advance(days=1)
    acts.clock.now = end
    good = [chance.gauss(-2.6, 1.8) for _ in range(300)]
    acts.store.write(lambda s: note_scores(s, acts.site_id, scores))
    acts.store.write(lambda s: learn_from(s, acts.site_id, good, end))


def _one(
    acts: Acts, chance: random.Random, name: str, scores: list[float], end: datetime
) -> None:
    """One comment, its verdict, and what a person may say of it."""
    is_spam = chance.random() < 0.5
    log_odds = chance.gauss(2.6 if is_spam else -2.6, 1.8)
    score = sigmoid(log_odds)
    status = (
        Status.SPAM
        if score > 0.95
        else Status.HELD
        if score > 0.5
        else Status.PUBLISHED
    )
    sent = acts.clock.now
    acts.clock.advance(minutes=chance.randrange(1200))
    host = HOSTS[min(chance.randrange(8), chance.randrange(8)) % len(HOSTS)]
    words = f"Buy at http://{host}/{name}" if is_spam else f"I liked part {name}."
    made = acts.say(words, Status.PENDING, page=f"/{name}/")
    acts.judge(made, status, [_finding(chance, log_odds)], score)
    wait = timedelta(hours=chance.lognormvariate(1.5, 1.5))
    is_left = chance.random() < 0.06  # held, and overlooked so far
    is_asked = not is_left if status is Status.HELD else chance.random() < 0.3
    if is_asked and acts.clock.now + wait < end:
        acts.clock.advance(wait)
        _answer(acts, made, is_spam=is_spam)
        scores.append(log_odds)
    acts.clock.now = sent


def _answer(acts: Acts, made: str, *, is_spam: bool) -> None:
    """A person says what it is: by a move, or by an audit that confirms the checks."""
    right = Status.SPAM if is_spam else Status.PUBLISHED
    if acts.comment(made).status != right:
        acts.move(made, right)
        return

    def confirm(session: Session) -> None:
        comment = session.execute(
            select(Comment).where(Comment.public_id == made)
        ).scalar_one()
        add_label(session, comment, is_spam, source="audit", now=acts.clock())

    acts.store.write(confirm)
