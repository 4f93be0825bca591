"""Which part of the queue is looked at: all of it stands in the address."""

import re
from dataclasses import dataclass, replace
from typing import Self

from flask import request, url_for

from service.domain.errors import Unknown
from service.operations.queue import MAX_ROW_ID, Tab
from service.web.moderation.forms import ViewForm

_NUMBER = re.compile(r"[0-9]{1,16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page of a tab, for one site or all."""

    tab: Tab = Tab.HELD
    site: str = ""
    """Key of the site; empty for all."""
    after: int | None = None
    """Where the page begins; None for the first."""

    def url(self, *, done: str | None = None, right: str | None = None) -> str:
        """The address of the view.

        :param done: public id of a comment just decided, to be confirmed there.
        :param right: public id of one whose verdict was just found right.
        """
        status = None if self.tab is Tab.HELD else self.tab.value
        url: str = url_for(
            "queue.show",
            status=status,
            site=self.site or None,
            after=self.after,
            done=done,
            right=right,
        )
        return url

    def of_tab(self, tab: Tab) -> Self:
        """The first page of another tab."""
        return replace(self, tab=tab, after=None)

    def of_site(self, key: str) -> Self:
        """The first page of the same tab for one site, or for all."""
        return replace(self, site=key, after=None)

    def page(self, after: int | None) -> Self:
        """Another page of the same tab."""
        return replace(self, after=after)


def asked_view() -> View:
    """The view that the request's address names.

    :raises Unknown: if it names no tab.
    """
    args = request.args
    try:
        tab = Tab(args.get("status", Tab.HELD.value))
    except ValueError:
        raise Unknown("There is no such tab.") from None
    after = args.get("after", "")
    if after and (not _NUMBER.fullmatch(after) or int(after) > MAX_ROW_ID):
        raise Unknown("There is no such page of the queue.")
    return View(
        tab=tab,
        site=args.get("site", ""),
        after=int(after) if after else None,
    )


def view_of(form: ViewForm) -> View | None:
    """The view that a decision was sent from; None for the page of one comment."""
    if not form.tab.data:
        return None
    return View(
        tab=Tab(form.tab.data), site=form.site.data or "", after=form.after.data
    )
