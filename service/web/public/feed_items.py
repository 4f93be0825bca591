"""What a public feed says, before it is Atom or JSON: ids, addresses and times."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from flask import url_for

from service.domain.pages import page_address
from service.operations.newest import Feed, FeedEntry
from service.operations.sites import SiteView
from service.operations.threads import ThreadHead
from service.web.context import here


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a comment answers: another comment, or the page itself."""

    id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """A published comment."""

    id: str
    """A tag URI (RFC 4151), the same for ever."""
    url: str
    """Where it is read: on the blog's page, or else on ours."""
    title: str
    html: str
    name: str
    website: str
    published_at: datetime
    updated_at: datetime
    answers: Answered | None
    """None if the page has no address."""
    replies: int
    replies_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """A feed."""

    id: str
    title: str
    home: str
    """The page that it belongs to; empty if that has no address."""
    updated_at: datetime
    items: list[FeedItem]


def address_of(endpoint: str, **values: Any) -> str:
    """The full address of a route of ours."""
    return f"{here().settings.public_url}{url_for(endpoint, **values)}"


class FeedMaker:
    """Makes views of what was published last on a site."""

    def __init__(self, site: SiteView, feed: Feed) -> None:
        self._site = site
        self._feed = feed
        host = urlsplit(here().settings.public_url).hostname or ""
        # The host as of when the site was added: whoever has it later mints other ids.
        date = feed.since.date().isoformat()
        self._base = f"tag:{quote(host.strip('[]').replace(':', '-'))},{date}"

    def of_site(self) -> FeedView:
        """The feed of the whole site."""
        origins = self._site.policy.origins
        return self._view("", self._site.name, f"{origins[0]}/" if origins else "")

    def of_thread(self, head: ThreadHead) -> FeedView:
        """The feed of one page."""
        home = page_address(head.page, self._site.policy)
        page = quote(head.page, safe="/")
        return self._view(f":page:{page}", head.title or head.page, home or "")

    def _view(self, what: str, title: str, home: str) -> FeedView:
        items = [self._item(entry) for entry in self._feed.entries]
        return FeedView(
            id=f"{self._base}:{self._site.key}{what}",
            title=title,
            home=home,
            updated_at=max((i.updated_at for i in items), default=self._feed.since),
            items=items,
        )

    def _comment_id(self, public_id: str) -> str:
        return f"{self._base}:{self._site.key}:comment:{public_id}"

    def _url(self, page: str, public_id: str) -> str:
        there = page_address(page, self._site.policy) or self._own(page)
        return f"{there}#comment-{public_id}"

    def _own(self, page: str) -> str:
        return address_of("thread_page.thread_page", site_key=self._site.key, page=page)

    def _answered(self, entry: FeedEntry) -> Answered | None:
        parent = entry.comment["parent"]
        if parent is not None:
            return Answered(
                id=self._comment_id(parent), url=self._url(entry.page, parent)
            )
        # A page without an id of its own goes by its address (RFC 4685, section 3).
        page = page_address(entry.page, self._site.policy)
        return Answered(id=page, url=page) if page else None

    def _item(self, entry: FeedEntry) -> FeedItem:
        comment = entry.comment
        published_at = datetime.fromisoformat(comment["published_at"])
        edited_at = comment["edited_at"]
        updated_at = datetime.fromisoformat(edited_at) if edited_at else published_at
        return FeedItem(
            id=self._comment_id(comment["id"]),
            url=self._url(entry.page, comment["id"]),
            title=f"{comment['name']} · {entry.title}",
            html=comment["html"],
            name=comment["name"],
            website=comment["website"],
            published_at=published_at,
            # Whoever edits while it still waits has done so before it is published.
            updated_at=max(published_at, updated_at),
            answers=self._answered(entry),
            replies=entry.replies,
            replies_url=f"{self._own(entry.page)}#comment-{comment['id']}",
        )
