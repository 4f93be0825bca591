"""A site where moderators decide, and a worker that learns from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db.models import (
    Comment,
    Label,
    Membership,
    Moderator,
    SiteModelRow,
    TrainedModel,
)
from service.domain.status import Actor, Status
from service.operations.model_versions import active_version
from service.operations.move import move
from service.text.reading import read
from tests.worker.laboratory import Laboratory
from worker.filter.features import features
from worker.pipeline import Doors, drain

_FIRST = ("Ana", "Ben", "Carla", "Dario", "Ewa", "Finn", "Gita", "Hugo")
_LAST = ("Lopes", "Marsh", "Novak", "Olsen", "Petit", "Rossi", "Sato")


@dataclass(slots=True, kw_only=True)
class School:
    """A site with moderators, and a worker that learns from them."""

    laboratory: Laboratory
    doors: Doors
    pages: int = 0
    people: dict[str, int] = field(default_factory=dict)

    def say(self, text: str) -> int:
        """A comment that the checks have settled, by another writer each time."""
        self.pages += 1
        number = self.laboratory.submit(
            text,
            page=f"/p{self.pages}",
            email=f"w{self.pages}@example.org",
            name=f"{_FIRST[self.pages % 8]} {_LAST[self.pages % 7]}",
            ip=f"198.51.{self.pages // 250}.{self.pages % 250}",
        )
        self.work()
        return number

    def say_all(self, texts: Sequence[str]) -> list[int]:
        """Several comments that the checks have settled."""
        return [self.say(text) for text in texts]

    def person(self, name: str, role: str, since: timedelta = timedelta(90)) -> int:
        """A moderator of the site, there for so long."""

        def act(session: Session) -> int:
            row = Moderator(
                name=name,
                email_sealed=b"sealed",
                email_index=name.encode().ljust(16)[:16],
                index_key=1,
                created_at=self.laboratory.clock() - since,
            )
            session.add(row)
            session.flush()
            session.add(
                Membership(
                    moderator_id=row.id, site_id=self.laboratory.site.id, role=role
                )
            )
            return row.id

        if name not in self.people:
            self.people[name] = self.laboratory.store.write(act)
        return self.people[name]

    def decide(
        self, number: int, new: Status, who: int | None = None, bulk_size: int = 1
    ) -> None:
        """Have a moderator move a comment; by default the owner."""
        who = self.person("Olga", "owner") if who is None else who

        def act(session: Session) -> None:
            move(
                session,
                session.get_one(Comment, number),
                new,
                actor=Actor.MODERATOR,
                moderator_id=who,
                bulk_size=bulk_size,
                now=self.laboratory.clock(),
            )

        self.laboratory.store.write(act)

    def work(self) -> None:
        """Do all that is due."""
        drain(self.doors)

    def teach(self, number: int, new: Status, **more: Any) -> None:
        """Have a moderator decide, and the worker learn it."""
        self.decide(number, new, **more)
        self.work()

    def log_odds(self, text: str) -> float:
        """What the site's model says of a text by what it has learned alone."""
        model = self.laboratory.store.read(
            lambda s: self.doors.models.of(s, self.laboratory.site.id)
        )
        if model.site is None:
            return 0.0
        said = read(name="Ana Lopes", website="", text=text)
        return model.site.log_odds(features(said))

    def labels(self) -> list[Label]:
        """All labels, by row number."""
        return self.laboratory.store.read(
            lambda s: list(s.scalars(select(Label).order_by(Label.id)))
        )

    def weights(self) -> list[float | None]:
        """How much each label counted."""
        return [label.weight for label in self.labels()]

    def version(self) -> int:
        """The version that acts."""
        return self.laboratory.store.read(
            lambda s: active_version(s, self.laboratory.site.id)
        )

    def everything(self) -> list[Any]:
        """All that training has written."""

        def act(session: Session) -> list[Any]:
            connection = session.connection()
            return [
                connection.execute(select(table).order_by(*table.primary_key)).all()
                for model in (Label, TrainedModel, SiteModelRow)
                for table in (model.__table__,)
            ]

        return self.laboratory.store.read(act)

    def grow_old(self, who: int) -> None:
        """Let a moderator have been there for long."""
        since = self.laboratory.clock() - timedelta(days=90)
        self.laboratory.store.write(
            lambda s: s.execute(
                update(Moderator).where(Moderator.id == who).values(created_at=since)
            )
        )
