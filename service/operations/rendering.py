"""A stored comment's text becomes its HTML, where no check does it."""

import logging

from service.db.models import Comment
from service.text.render import RENDER_VERSION, render, render_plain

log = logging.getLogger(__name__)


def lay_out(comment: Comment) -> None:
    """Make the comment's HTML anew; nothing in its text may stop a moderator."""
    try:
        comment.html = render(comment.text)
    except Exception as err:  # noqa: BLE001  # shown plain instead
        log.warning("comment %s shown plain: %s", comment.id, type(err).__name__)
        comment.html = render_plain(comment.text)
    comment.render_version = RENDER_VERSION
