"""Limits that all processes share: so many uses of something in so much time.

The generic cell rate algorithm (ITU-T I.371, annex A): one number per client says when
it will have paid for all it used; a use is refused while that lies too far ahead.
"""

from datetime import datetime
from functools import cache
from math import ceil
from typing import Any

from sqlalchemy import FromClause, Insert, bindparam, case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.db.models import Allowance
from service.domain.errors import TooManyRequests
from service.domain.rates import Rate


def use_of(dialect: str, source: FromClause | None = None) -> Insert:
    """Pay for one use; no row comes back where that would go over the limit.

    :param source: a query to pay only if it has a row, where the dialect allows it.
    """
    table: Any = Allowance.__table__
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    key = bindparam("client", type_=table.c.key.type)
    at: Any = bindparam("at", type_=table.c.arrival_time.type)
    interval: Any = bindparam("interval", type_=table.c.arrival_time.type)
    burst: Any = bindparam("burst", type_=table.c.arrival_time.type)
    start = case((table.c.arrival_time > at, table.c.arrival_time), else_=at)
    if source is None:
        statement = make(table).values(key=key, arrival_time=at + interval)
    else:
        rows = select(key, at + interval).select_from(source)
        statement = make(table).from_select(["key", "arrival_time"], rows)
    return statement.on_conflict_do_update(
        index_elements=["key"],
        set_={"arrival_time": start + interval},
        where=start + interval - at <= burst,
    ).returning(table.c.key)


_use = cache(use_of)


def use_values(key: str, rate: Rate, now: datetime) -> dict[str, Any]:
    """The parameters of `use_of`."""
    return {
        "client": key,
        "at": now.timestamp(),
        "interval": rate.interval,
        "burst": rate.interval * rate.times,
    }


def charge(session: Session, key: str, rate: Rate, now: datetime) -> None:
    """Use the allowance of ``key`` once.

    :param key: a purpose and a keyed hash of the client, at most 80 characters.
    :param rate: ``rate.times`` may come at once, then one each ``rate.interval``.
    :raises TooManyRequests: saying when the next use can succeed; nothing is used then.
    """
    connection = session.connection()
    given = use_values(key, rate, now)
    used = connection.execute(_use(connection.dialect.name), given)
    if used.scalar_one_or_none() is not None:
        return
    paid_at = session.execute(
        select(Allowance.arrival_time).where(Allowance.key == key)
    ).scalar_one()
    ahead = paid_at + rate.interval - given["burst"] - given["at"]
    raise TooManyRequests(max(1, ceil(ahead)))
