"""`foyer person …`."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from service.db.store import Store, make_engine
from service.domain.submission import Arrival, Submission
from service.operations.sites import site_by_key
from service.operations.submit import submit
from service.privacy.keyring import Keyring
from service.settings import load
from tests.cli.conftest import Foyer

EMAIL = "ida.probe@example.org"


def comment_once() -> None:
    settings = load()
    store = Store(make_engine(settings.database))
    store.write(
        lambda s: submit(
            s,
            Keyring.load(settings.keys_path),
            site_by_key(s, "blog"),
            Submission(page="/a/", text="A fine soup.", name="Ida", email=EMAIL),
            Arrival(client_ip="192.0.2.7"),
            now=datetime.now(UTC),
        )
    )
    store.close()


def test_export_is_json_with_all_that_is_kept(foyer: Foyer) -> None:
    comment_once()
    exported = foyer("person", "export", EMAIL, "--site", "blog")
    assert exported.status == 0, exported.err
    orjson.loads(exported.out)
    for kept in (EMAIL, "A fine soup.", "192.0.2.7", "/a/"):
        assert kept in exported.out


def test_erased_person_is_gone(foyer: Foyer) -> None:
    comment_once()
    erased = foyer("person", "erase", EMAIL, "--site", "blog")
    assert erased.out == "Erased from 1 comment.\n"
    left = foyer("person", "export", EMAIL, "--site", "blog").out
    assert "Ida" not in left
    assert foyer("person", "erase", EMAIL, "--site", "blog").out.startswith(
        "Erased from 0"
    )


@pytest.mark.parametrize(
    ("options", "stays"), [([], True), (["--text"], False)], ids=["kept", "asked"]
)
def test_text_goes_only_when_asked(
    foyer: Foyer, data: Path, options: list[str], stays: bool
) -> None:
    comment_once()
    foyer("person", "erase", EMAIL, "--site", "blog", *options)
    files = [path.read_bytes() for path in data.glob("foyer.sqlite3*")]
    assert any(b"A fine soup." in content for content in files) is stays
