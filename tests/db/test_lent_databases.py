"""Tests share databases one after the other, and never see what was left in one."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from service.db.store import Store, make_engine
from service.domain.policy import SitePolicy
from service.operations.sites import add_site
from tests.databases import PostgresDatabases
from tests.doubles import FrozenClock


def _ask(url: str, query: str) -> list[Any]:
    plain = make_url(url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        answer = connection.execute(query.encode())
        return answer.fetchall() if answer.description else []


def _which(url: str) -> int:
    """The number of the database, which stays when it is renamed."""
    [(number,)] = _ask(
        url, "SELECT oid::bigint FROM pg_database WHERE datname = current_database()"
    )
    return int(number)


def _all_rows(url: str) -> dict[str, list[Any]]:
    tables = _ask(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name: _ask(url, f'SELECT * FROM "{name}"') for (name,) in tables}  # noqa: S608


def _add_site(url: str) -> int:
    store = Store(make_engine(url))
    now = FrozenClock()()
    added = store.write(
        lambda s: add_site(s, "blog", name="Blog", policy=SitePolicy(), now=now)
    )
    store.close()
    return added.id


def test_what_a_test_left_is_gone_for_the_next(
    postgres_lending: PostgresDatabases,
) -> None:
    new = _all_rows(postgres_lending.make())
    with postgres_lending.lent() as url:
        number = _which(url)
        assert _add_site(url) == 1
        _ask(url, "DELETE FROM retention_gate")
    with postgres_lending.lent() as again:
        # Under another name, so that nothing kept in memory is taken for its own.
        assert (_which(again), again != url) == (number, True)
        assert _all_rows(again) == new
        assert _add_site(again) == 1


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE site ADD COLUMN more integer",
        "ALTER TABLE site DROP COLUMN name",
        "DROP INDEX ix_comment_site_status",
        "DROP TABLE saved_view",
        "CREATE TABLE more (id integer)",
        "ALTER TABLE saved_view ALTER COLUMN name DROP NOT NULL",
    ],
)
def test_a_database_of_another_shape_is_not_lent_again(
    postgres_lending: PostgresDatabases, change: str
) -> None:
    with postgres_lending.lent() as url:
        number = _which(url)
        _ask(url, change)
    with postgres_lending.lent() as other:
        assert _which(other) != number


def test_a_database_in_use_is_not_lent_again(
    postgres_lending: PostgresDatabases,
) -> None:
    with postgres_lending.lent() as url:
        number = _which(url)
        engine = make_engine(url)
        kept = engine.connect()
    with postgres_lending.lent() as other:
        assert _which(other) != number
    kept.close()
    engine.dispose()
