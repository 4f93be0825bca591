"""A thread as a piece of HTML, to be put into a page that somebody else makes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from typing import Any

from babel.dates import format_date, format_time

from service.text.sanitise import LINK_REL
from service.transfer.thread_words import Words


def thread_html(thread: dict[str, Any], words: Words) -> str:
    """The thread as nested lists; its classes all begin with ``foyer-``."""
    page = escape(thread["page"])
    lines = [f'<section class="foyer-thread" data-page="{page}">']
    lines += _list(thread["comments"], words)
    return "\n".join([*lines, "</section>", ""])


def _moment(at: datetime, language: str) -> str:
    day = format_date(at, locale=language)
    return f"{day}, {format_time(at, 'short', UTC, language)} UTC"


def _list(comments: list[dict[str, Any]], words: Words) -> Iterator[str]:
    yield '<ol class="foyer-comments">'
    for comment in comments:
        yield f'<li class="foyer-comment" id="comment-{comment["id"]}">'
        if comment.get("removed"):
            yield f'<p class="foyer-gone">{escape(words.gone)}</p>'
        else:
            yield from _comment(comment, words)
        if comment["replies"]:
            yield from _list(comment["replies"], words)
        yield "</li>"
    yield "</ol>"


def _comment(comment: dict[str, Any], words: Words) -> Iterator[str]:
    yield "<article>"
    yield f"<header>{' '.join(_head(comment, words))}</header>"
    # Safe since it was made: `service.text.render`.
    yield f'<div class="foyer-words" dir="auto">{comment["html"].strip()}</div>'
    if "reply_url" in comment:
        address, who = escape(comment["reply_url"]), escape(comment["name"])
        yield (
            f'<a class="foyer-reply" href="{address}" rel="nofollow" '
            f'aria-label="{escape(words.reply)}: {who}">{escape(words.reply)}</a>'
        )
    yield "</article>"


def _head(comment: dict[str, Any], words: Words) -> Iterator[str]:
    name = f"<bdi>{escape(comment['name'])}</bdi>"
    if comment["website"]:
        address = escape(comment["website"])
        yield f'<a class="foyer-writer" href="{address}" rel="{LINK_REL}">{name}</a>'
    else:
        yield f'<span class="foyer-writer">{name}</span>'
    if comment["by_moderator"]:
        yield f'<span class="foyer-moderator">{escape(words.moderator)}</span>'
    at = comment["published_at"]
    shown = _moment(datetime.fromisoformat(at), words.language)
    yield (
        f'<a class="foyer-when" href="#comment-{comment["id"]}">'
        f'<time datetime="{at}">{escape(shown)}</time></a>'
    )
    if comment["edited_at"]:
        yield f'<span class="foyer-edited">{escape(words.edited)}</span>'
