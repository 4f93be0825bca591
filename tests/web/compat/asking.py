"""A program that speaks Akismet's API, and a worker that answers at once."""

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.db.models import Base, OutsideQuestion
from service.db.store import Store
from worker.pipeline import Doors, drain

BLOG = "https://blog.example"
ASKED = {
    "blog": f"{BLOG}/",
    "user_ip": "203.0.113.9",
    "user_agent": "Netscape/4.08 (Amiga)",
    "comment_author": "Jane Q. Doe",
    "comment_author_email": "jane.doe@mail.example",
    "comment_content": "My sourdough needs two days in the cold, and is worth it.",
}


@dataclass(slots=True, kw_only=True)
class WorkingBell:
    """A bell at which a worker does all that is due, unless it sleeps."""

    doors: Doors
    sleeps: bool = False

    def ring(self) -> None:
        """Do what is due."""
        if not self.sleeps:
            drain(self.doors)


@dataclass(slots=True, kw_only=True)
class Program:
    """Another program with a key."""

    client: FlaskClient
    store: Store
    bell: WorkingBell
    key: str
    base: dict[str, str] = field(default_factory=lambda: dict(ASKED))

    def call(self, name: str, **fields: str) -> TestResponse:
        """What is answered to a call about the usual comment, with fields changed."""
        given = {"api_key": self.key, **self.base, **fields}
        return self.client.post(
            f"/1.1/{name}",
            base_url="http://localhost:8000",
            data={name: text for name, text in given.items() if text},
        )

    def check(self, **fields: str) -> TestResponse:
        """What is answered to ``comment-check``."""
        return self.call("comment-check", **fields)

    def questions(self) -> list[OutsideQuestion]:
        """All stored questions, by row number."""
        return self.store.read(
            lambda s: list(s.scalars(select(OutsideQuestion).order_by("id")))
        )

    def rows(self, *models: type[Base]) -> list[Any]:
        """All rows of these tables."""
        return self.store.read(
            lambda s: [
                tuple(row)
                for model in models
                for row in s.connection().execute(select(model.__table__))
            ]
        )
