"""Limits that all processes share: so many uses of something in so much time.

The generic cell rate algorithm (ITU-T I.371, annex A): one number per client says when
it will have paid for all it used; a use is refused while that lies too far ahead.
"""

from datetime import datetime
from functools import cache
from math import ceil
from typing import Any

from sqlalchemy import Insert, bindparam, case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.db.models import Allowance
from service.domain.errors import TooManyRequests
from service.domain.rates import Rate


@cache
def _use(dialect: str) -> Insert:
    """Pay for one use; no row comes back where that would go over the limit."""
    table: Any = Allowance.__table__
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    at: Any = bindparam("at")
    interval: Any = bindparam("interval")
    start = case((table.c.arrival_time > at, table.c.arrival_time), else_=at)
    return (
        make(table)
        .values(key=bindparam("name"), arrival_time=at + interval)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={"arrival_time": start + interval},
            where=start + interval - at <= bindparam("burst"),
        )
        .returning(table.c.key)
    )


def charge(session: Session, key: str, rate: Rate, now: datetime) -> None:
    """Use the allowance of ``key`` once.

    :param key: a purpose and a keyed hash of the client, at most 80 characters.
    :param rate: ``rate.times`` may come at once, then one each ``rate.interval``.
    :raises TooManyRequests: saying when the next use can succeed; nothing is used then.
    """
    at = now.timestamp()
    burst = rate.interval * rate.times
    connection = session.connection()
    given = {"name": key, "at": at, "interval": rate.interval, "burst": burst}
    used = connection.execute(_use(connection.dialect.name), given)
    if used.scalar_one_or_none() is not None:
        return
    paid_at = session.execute(
        select(Allowance.arrival_time).where(Allowance.key == key)
    ).scalar_one()
    raise TooManyRequests(max(1, ceil(paid_at + rate.interval - burst - at)))
