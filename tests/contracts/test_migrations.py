"""The migrations make exactly the tables that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from service.db import migrate
from service.db.models import Base
from service.db.revision import HEAD
from service.db.store import Store
from service.db.word_table import is_word_table
from tests.needs import ROOT

OPTIONS = {
    "compare_type": True,
    "include_name": lambda name, kind, _: (
        kind != "table" or not is_word_table(name or "")
    ),
}


def test_migrations_have_one_head() -> None:
    config = Config(toml_file=ROOT / "pyproject.toml")
    heads = ScriptDirectory.from_config(config).get_heads()
    assert heads == [HEAD]


def test_autogenerate_finds_no_difference(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_can_be_taken_back_and_made_again(store: Store) -> None:
    migrate.downgrade(store.engine, "base")
    left = set(inspect(store.engine).get_table_names())
    assert left <= {"alembic_version"}
    migrate.upgrade(store.engine)
    assert migrate.current(store.engine) == HEAD
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    migrate.upgrade(store.engine)
    assert migrate.current(store.engine) == HEAD
