"""A stored comment's text becomes its HTML, where no check does it."""

import logging

from service.db.models import Comment
from service.text.render import RENDER_VERSION, render, render_plain

log = logging.getLogger(__name__)


def html_of(text: str, number: object) -> str:
    """The text as HTML; shown plain if it cannot be laid out, which is logged.

    :param number: of the comment, for the log.
    """
    try:
        return render(text)
    except Exception as err:  # noqa: BLE001  # shown plain instead
        log.warning("comment %s shown plain: %s", number, type(err).__name__)
        return render_plain(text)


def lay_out(comment: Comment) -> None:
    """Make the comment's HTML anew; nothing in its text may stop a moderator."""
    comment.html = html_of(comment.text, comment.id)
    comment.render_version = RENDER_VERSION
