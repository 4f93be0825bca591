"""`foyer export`: a site's published threads as files, for building static pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import click
from sqlalchemy.orm import Session

from service.cli.doors import opened, utc_now
from service.operations.sites import site_by_key
from service.transfer.thread_folder import Exported, as_json, write_threads
from service.transfer.thread_html import thread_html
from service.transfer.thread_words import Words
from service.transfer.threads import published_threads
from service.web.language import LANGUAGES, text_in


def _words(language: str) -> Words:
    # The same texts as on `thread.html`, which are gathered there.
    return Words(
        language=language,
        reply=text_in(language, "Reply"),
        gone=text_in(language, "This comment is gone."),
        edited=text_in(language, "edited"),
        moderator=text_in(language, "Moderator"),
    )


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


@click.command
@click.option("--site", "key", required=True, metavar="KEY", help="The site's key.")
@click.option(
    "--format",
    "ending",
    type=click.Choice(["html", "json"]),
    default="json",
    show_default=True,
    help="Pieces of HTML to put into pages, or data for templates.",
)
@click.option(
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("comments"),
    show_default=True,
    help="Where the files go; made if it is not there.",
)
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default="en",
    show_default=True,
    help="Language of dates and of the few words in HTML.",
)
def export(
    key: str, ending: Literal["html", "json"], folder: Path, language: str
) -> None:
    """Write the published threads of a site, a file for each page and an index.

    Nothing but what every reader sees is in them. The same comments give the same
    files; run it again whenever the blog is built.
    """
    words = _words(language)

    def content(thread: dict[str, Any]) -> bytes:
        if ending == "html":
            return thread_html(thread, words).encode()
        return as_json(thread)

    with opened() as doors:
        base_url = doors.settings.public_url

        def act(session: Session) -> Exported:
            def threads() -> Iterator[tuple[dict[str, Any], bytes]]:
                found = published_threads(session, site, base_url, utc_now())
                for thread in found:
                    yield thread, content(thread)

            site = site_by_key(session, key)
            return write_threads(folder, key, ending, threads())

        done = doors.store.read(act)
    told = f"{_counted(done.threads, 'thread')}, {_counted(done.comments, 'comment')}"
    click.echo(f"Exported {told} to {folder}.")
