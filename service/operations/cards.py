"""Comments as moderators see them: with findings, log and what surrounds them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from service.db.models import (
    Comment,
    Contact,
    FindingRow,
    Moderator,
    Move,
    Revision,
    Thread,
    VerdictRow,
)
from service.domain.check_names import CheckMode
from service.domain.pages import page_address
from service.domain.revisions import TAKEN
from service.domain.status import Status
from service.operations.floods import Group, groups_of
from service.operations.moderators import ModeratorView
from service.operations.sites import SiteView, site_by_id
from service.privacy.address import BadAddress, parse_address
from service.privacy.keyring import Keyring
from service.privacy.sealing import SealBroken, unseal

EXCERPT_CHARS = 140

_C: Any = Comment.__table__
_F: Any = FindingRow.__table__
_M: Any = Move.__table__
_R: Any = Revision.__table__
_T: Any = Thread.__table__
_V: Any = VerdictRow.__table__
_CONTACT: Any = Contact.__table__
_MODERATOR: Any = Moderator.__table__


def _among(number: Any) -> Any:
    """True for rows that have one of the numbers ``ids``."""
    return number.in_(bindparam("ids", expanding=True))


# Put together once, and of tables: for a page of cards, that takes as long as all that
# the database does for it.
_COMMENTS = (
    select(
        *(_C.c.id, _C.c.public_id, _C.c.site_id, _C.c.parent_id, _C.c.version),
        *(_C.c.status, _C.c.name, _C.c.website, _C.c.text, _C.c.html, _C.c.title),
        *(_C.c.by_moderator, _C.c.created_at, _C.c.edited_at, _C.c.erased_at),
        *(_C.c.score, _C.c.audit, _T.c.page, _T.c.title.label("thread_title")),
        _CONTACT.c.email_sealed,
    )
    .select_from(_C)
    .join(_T, _T.c.id == _C.c.thread_id)
    .outerjoin(_CONTACT, _CONTACT.c.comment_id == _C.c.id)
    .where(_among(_C.c.id))
)
_ANSWERED = select(_C.c.id, _C.c.public_id, _C.c.name, _C.c.text, _C.c.status).where(
    _among(_C.c.id)
)
_MOVES = (
    select(
        *(_M.c.comment_id, _M.c.old, _M.c.new, _M.c.actor, _M.c.reason),
        *(_M.c.created_at, _MODERATOR.c.name),
    )
    .select_from(_M)
    .outerjoin(_MODERATOR, _MODERATOR.c.id == _M.c.moderator_id)
    .where(_among(_M.c.comment_id))
    .order_by(_M.c.id.desc())
)
_EDITS = (
    select(_R.c.comment_id, _R.c.created_at, _MODERATOR.c.name)
    .select_from(_R)
    .join(_MODERATOR, _MODERATOR.c.id == _R.c.moderator_id)
    .where(_among(_R.c.comment_id))
    .order_by(_R.c.number.desc())
)


def _what_was_said() -> Any:
    """The findings of the verdict on the text that is shown.

    That is the first text, or the last edit that was taken.
    """
    taken = exists().where(
        _R.c.comment_id == _V.c.comment_id,
        _R.c.number == _V.c.revision,
        _R.c.state == TAKEN,
    )
    last = (
        select(_V.c.comment_id, func.max(_V.c.revision).label("revision"))
        .where(_among(_V.c.comment_id), (_V.c.revision == 0) | taken)
        .group_by(_V.c.comment_id)
        .subquery()
    )
    return (
        select(
            *(_F.c.comment_id, _F.c.check, _F.c.log_odds, _F.c.reason, _F.c.at_least),
            *(_F.c.weight, _F.c.mode, _F.c.detail, _V.c.status, _V.c.would_be),
            *(_V.c.thresholds, _V.c.rescored),
        )
        .select_from(_F)
        .join(_V, _V.c.id == _F.c.verdict_id)
        .join(
            last,
            (last.c.comment_id == _V.c.comment_id) & (last.c.revision == _V.c.revision),
        )
    )


_SAID = _what_was_said()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """What one check said."""

    check: str
    log_odds: float
    """For spam when positive, against it when negative."""
    reason: str
    at_least: str | None
    """The verdict that it demanded alone: held or spam."""
    share: float
    """What it added to the log-odds: as far as the site trusts the check."""
    mode: CheckMode
    """``log`` for one that does not act: what is above is what it would have done."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Evidence, as `service.domain.findings.Finding.detail` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """One line of a comment's log."""

    old: str
    new: str
    actor: str
    who: str
    """Name of the moderator; empty for anyone else."""
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EditView:
    """A moderator's edit of a comment."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The comment that another one answers."""

    public_id: str
    name: str
    excerpt: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relearned:
    """What a decision on another comment has changed about a held one."""

    was: float
    """The score before it, 0.0-1.0."""
    score: float
    """The score now."""
    decision: str
    """Public id of the comment that was decided."""
    is_spam: bool | None
    """What was decided; None for a decision that was taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything the queue shows of one comment."""

    public_id: str
    version: int
    status: str
    name: str
    website: str
    address: str = field(repr=False)
    """Masked; empty without one, or when it cannot be opened."""
    text: str
    html: str | None
    """Safe HTML of the text; None where the checks did not get that far."""
    by_moderator: bool
    created_at: datetime
    edited_at: datetime | None
    site_id: int
    site_key: str
    site_name: str
    page: str
    page_title: str
    page_url: str | None
    """The page's full address; None when its site has no origin."""
    answers: Answered | None
    score: float | None
    """Probability of spam by the last verdict, 0.0-1.0."""
    held_from: float
    """Score from which a comment was held when this one was judged."""
    spam_from: float
    """Score from which it was called spam."""
    by_budget: bool
    """True where that follows from the site's budget and its good comments."""
    findings: tuple[FindingView, ...]
    """Of the verdict on the text that is shown: strongest first, and those that only
    log last."""
    verdict: str | None
    """The status that they led to; None without findings."""
    would_be: str | None
    """The status that they would have led to, had those acted that only log; None
    without any."""
    is_erased: bool
    """Its writer was erased."""
    is_audit: bool
    """The checks settled it, and a moderator is asked whether they were right."""
    relearned: Relearned | None
    """What the filter has learned since; None for nothing that concerns it."""
    moves: tuple[MoveView, ...]
    """Newest first."""
    may_decide: bool
    edits: tuple[EditView, ...] = ()
    """By moderators, newest first."""
    group: Group | None
    """The flood that it stands for; None for a comment that is alone in its state."""

    @property
    def alike(self) -> int:
        """How many alike comments its state has, itself included; 0 if it is alone."""
        return self.group.size if self.group else 0


def excerpt(text: str, chars: int = EXCERPT_CHARS) -> str:
    """The beginning of a text on one line, cut between words, with an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= chars:
        return line
    cut = line[:chars]
    whole_words = cut.rpartition(" ")[0]
    return f"{whole_words or cut}…"


def _masked(keyring: Keyring, comment: Any) -> str:
    sealed: bytes | None = comment.email_sealed
    if sealed is None:
        return ""
    bound_to = f"email|{comment.site_id}|{comment.public_id}"
    try:
        return parse_address(unseal(keyring, sealed, bound_to)).masked
    except (SealBroken, BadAddress):
        return ""


def _answered(session: Session, comments: Iterable[Any]) -> dict[int, Answered]:
    ids = {c.parent_id for c in comments if c.parent_id is not None}
    if not ids:
        return {}
    rows = session.connection().execute(_ANSWERED, {"ids": list(ids)})
    return {
        row.id: Answered(
            public_id=row.public_id,
            name=row.name,
            excerpt=excerpt(row.text),
            status=row.status,
        )
        for row in rows
    }


class _Said(NamedTuple):
    """What the checks said of a comment."""

    status: str | None = None
    would_be: str | None = None
    thresholds: Mapping[str, Any] | None = None
    rescored: Mapping[str, Any] | None = None
    findings: tuple[FindingView, ...] = ()


def _said(session: Session, ids: Sequence[int]) -> Mapping[int, _Said]:
    rows = session.connection().execute(_SAID, {"ids": list(ids)})
    found: dict[int, list[FindingView]] = defaultdict(list)
    verdicts: dict[int, tuple[Any, Any, Any, Any]] = {}
    for row in rows:
        view = FindingView(
            check=row.check,
            log_odds=row.log_odds,
            reason=row.reason,
            at_least=row.at_least,
            share=row.weight * row.log_odds,
            mode="log" if row.mode == "log" else "on",
            detail=row.detail,
        )
        found[row.comment_id].append(view)
        verdicts[row.comment_id] = (
            *(row.status, row.would_be, row.thresholds, row.rescored),
        )
    return {
        comment_id: _Said(
            *verdicts[comment_id], findings=tuple(sorted(views, key=_rank))
        )
        for comment_id, views in found.items()
    }


def _rank(finding: FindingView) -> tuple[bool, bool, float]:
    # The order of `service.domain.findings.weigh`.
    return (finding.mode != "on", finding.at_least is None, -abs(finding.share))


def _moves(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[MoveView, ...]]:
    rows = session.connection().execute(_MOVES, {"ids": list(ids)})
    found: dict[int, list[MoveView]] = defaultdict(list)
    for row in rows:
        view = MoveView(
            old=row.old,
            new=row.new,
            actor=row.actor,
            who=row.name or "",
            reason=row.reason,
            at=row.created_at,
        )
        found[row.comment_id].append(view)
    return {comment_id: tuple(views) for comment_id, views in found.items()}


def _edits(
    session: Session, comments: Iterable[Any]
) -> Mapping[int, tuple[EditView, ...]]:
    ids = [c.id for c in comments if c.edited_at is not None]
    if not ids:
        return {}
    rows = session.connection().execute(_EDITS, {"ids": ids})
    found: dict[int, list[EditView]] = defaultdict(list)
    for row in rows:
        found[row.comment_id].append(EditView(who=row.name, at=row.created_at))
    return {comment_id: tuple(views) for comment_id, views in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Everything about a page of comments, by row number, fetched at once."""

    keyring: Keyring
    moderator: ModeratorView
    sites: Mapping[int, SiteView]
    answered: Mapping[int, Answered]
    said: Mapping[int, _Said]
    moves: Mapping[int, tuple[MoveView, ...]]
    edits: Mapping[int, tuple[EditView, ...]]
    groups: Mapping[int, Group]


def _card(seen: _Seen, comment: Any) -> Card:
    site = seen.sites[comment.site_id]
    said = seen.said.get(comment.id, _Said())
    # Of verdicts from before thresholds were kept, the present ones have to do.
    in_force = said.thresholds or {}
    return Card(
        public_id=comment.public_id,
        version=comment.version,
        status=comment.status,
        name=comment.name,
        website=comment.website,
        address=_masked(seen.keyring, comment),
        text=comment.text,
        html=comment.html,
        by_moderator=comment.by_moderator,
        created_at=comment.created_at,
        edited_at=comment.edited_at,
        site_id=site.id,
        site_key=site.key,
        site_name=site.name,
        page=comment.page,
        page_title=comment.thread_title or comment.title,
        page_url=page_address(comment.page, site.policy),
        answers=seen.answered.get(comment.parent_id or 0),
        score=comment.score,
        held_from=in_force.get("held_from", site.policy.held_from),
        spam_from=in_force.get("spam_from", site.policy.spam_from),
        by_budget=in_force.get("by_budget", False),
        findings=said.findings,
        verdict=said.status,
        would_be=said.would_be,
        is_erased=comment.erased_at is not None,
        is_audit=comment.audit,
        relearned=_relearned(comment, said.rescored),
        moves=seen.moves.get(comment.id, ()),
        may_decide=seen.moderator.may_decide(comment.site_id),
        edits=seen.edits.get(comment.id, ()),
        group=seen.groups.get(comment.id),
    )


def _relearned(comment: Any, rescored: Mapping[str, Any] | None) -> Relearned | None:
    if rescored is None or comment.status != Status.HELD:
        return None
    return Relearned(
        was=rescored["was"],
        score=rescored["score"],
        decision=rescored["decision"],
        is_spam=rescored["is_spam"],
    )


def cards(
    session: Session, keyring: Keyring, moderator: ModeratorView, ids: Sequence[int]
) -> list[Card]:
    """The comments with these row numbers, in this order, as the moderator sees them.

    The caller has made sure that the moderator may see them.
    """
    if not ids:
        return []
    comments = session.connection().execute(_COMMENTS, {"ids": list(ids)}).all()
    seen = _Seen(
        keyring=keyring,
        moderator=moderator,
        sites={i: site_by_id(session, i) for i in {c.site_id for c in comments}},
        answered=_answered(session, comments),
        said=_said(session, ids),
        moves=_moves(session, ids),
        edits=_edits(session, comments),
        groups=groups_of(session, ids),
    )
    made = {comment.id: _card(seen, comment) for comment in comments}
    return [made[i] for i in ids if i in made]
