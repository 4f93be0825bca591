"""Comments as Isso's client reads them.

Its client puts name and website into HTML as they come, so they are escaped here.
"""

import hmac
from datetime import datetime
from html import escape
from typing import Any

from service.db.models import Comment
from service.domain.policy import SitePolicy
from service.operations.threads_by_number import Branch, SeenComment
from service.privacy.keyring import Keyring
from service.web.context import here

PUBLISHED, WAITING, REMOVED = 1, 2, 4
"""Isso's ``mode``."""
_SEED_CHARS = 12  # the client's arithmetic is exact for that many


def config_of(policy: SitePolicy) -> dict[str, bool]:
    """What the client is told to show; it prevails over the attributes of the page."""
    return {
        # Nobody can answer what still waits, and most own comments do at first.
        "reply-to-self": False,
        "require-email": "email" in policy.required,
        "require-author": "name" in policy.required,
        "website-field": True,
        "reply-notifications": False,
        # A picture from elsewhere would tell strangers who reads.
        "gravatar": False,
        "vote": False,
        "feed": True,
    }


def _seed(keyring: Keyring, site_key: str, who: str) -> str:
    """What the client draws a pattern from: equal for equal names, and made of these.

    Isso makes it of the address. Ours tells nobody which comments share one.
    """
    # Always the oldest key, so that patterns outlive a rotation.
    key = keyring.subkey("isso-pattern", min(keyring.ids))
    digest = hmac.digest(key, f"{site_key}|{who}".encode(), "sha256")
    return digest.hex()[:_SEED_CHARS]


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _value(  # noqa: PLR0913  # the fields that differ
    site_key: str,
    *,
    number: int,
    parent: int | None,
    public_id: str,
    name: str,
    website: str,
    text: str,
    by_moderator: bool,
    mode: int,
    created: datetime,
    modified: datetime | None,
) -> dict[str, Any]:
    # Nobody gets a moderator's pattern by taking the name.
    kind = "moderator" if by_moderator else "writer"
    who = f"{kind}|{name}" if name else f"nobody|{public_id}"
    return {
        "id": number,
        "parent": parent,
        "text": text,
        "author": escape(name) or None,
        "website": escape(website) or None,
        "mode": mode,
        "created": _seconds(created),
        "modified": _seconds(modified),
        "likes": 0,
        "dislikes": 0,
        "hash": _seed(here().keyring, site_key, who),
        "notification": 0,
    }


def seen_value(site_key: str, comment: SeenComment, *, plain: bool) -> dict[str, Any]:
    """A comment as every reader sees it.

    :param plain: with its source instead of HTML.
    """
    return _value(
        site_key,
        number=comment.number,
        parent=comment.parent,
        public_id=comment.public_id,
        name=comment.name,
        website=comment.website,
        text=comment.text if plain else comment.html,
        by_moderator=comment.by_moderator,
        mode=REMOVED if comment.is_removed else PUBLISHED,
        created=comment.published_at,
        modified=comment.edited_at,
    )


def branch_value(site_key: str, branch: Branch, *, plain: bool) -> dict[str, Any]:
    """A comment on the page itself with its replies."""
    return {
        **seen_value(site_key, branch.comment, plain=plain),
        "total_replies": branch.total,
        "hidden_replies": branch.total - len(branch.replies),
        "replies": [seen_value(site_key, c, plain=plain) for c in branch.replies],
    }


def own_value(
    site_key: str, comment: Comment, *, text: str, mode: int
) -> dict[str, Any]:
    """A comment as its writer sees it."""
    return _value(
        site_key,
        number=comment.id,
        parent=comment.root_id,
        public_id=comment.public_id,
        name=comment.name,
        website=comment.website,
        text=text,
        by_moderator=False,
        mode=mode,
        created=comment.created_at,
        modified=comment.edited_at,
    )


def removed_value(site_key: str, comment: Comment) -> dict[str, Any]:
    """The place of a comment that is gone, while answers to it are not."""
    return _value(
        site_key,
        number=comment.id,
        parent=comment.root_id,
        public_id=comment.public_id,
        name="",
        website="",
        text="",
        by_moderator=False,
        mode=REMOVED,
        created=comment.created_at,
        modified=comment.edited_at,
    )
