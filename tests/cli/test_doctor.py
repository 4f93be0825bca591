"""`foyer doctor`: one line each, and 1 when one fails."""

from pathlib import Path

import pytest

from service.db.store import Store
from tests.cli.conftest import Foyer
from tests.journey.outages import behind_proxy


def test_sound_installation_has_no_fail(foyer: Foyer) -> None:
    seen = foyer("doctor")
    assert seen.status == 0, seen.out
    assert "FAIL" not in seen.out
    assert "ok    broker" in seen.out
    assert "ok    keys fit the database" in seen.out
    assert "warn  workers" in seen.out


def test_everything_missing_is_told_at_once(bare_foyer: Foyer) -> None:
    seen = bare_foyer("doctor")
    assert seen.status == 1
    for what in ("data folder", "keys", "database"):
        assert f"FAIL  {what}" in seen.out


def test_open_folder_and_keys_fail(foyer: Foyer, data: Path) -> None:
    data.chmod(0o755)
    (data / "keys").chmod(0o644)
    seen = foyer("doctor")
    assert seen.status == 1
    assert f"FAIL  data folder: others can look in; run: chmod 700 {data}" in seen.out
    assert "FAIL  keys: " in seen.out


def test_keys_of_another_installation_fail(foyer: Foyer, data: Path) -> None:
    path = data / "keys"
    kept = path.read_text()
    path.write_text(kept[:-10] + kept[-10:].swapcase())
    assert path.read_text() != kept
    seen = foyer("doctor")
    assert seen.status == 1
    assert "FAIL  keys" in seen.out


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("FOYER_BASE_URL", "http://comments.example", "FAIL  base URL"),
        ("FOYER_BASE_URL", "https://comments.example", "warn  trusted proxies"),
        ("FOYER_TRUSTED_PROXIES", "0.0.0.0/0", "FAIL  trusted proxies"),
        ("FOYER_TRUSTED_PROXIES", "127.0.0.1", "ok    trusted proxies: 127.0.0.1/32"),
        ("FOYER_BROKER_URL", "redis://127.0.0.1:1/0", "FAIL  broker"),
        ("FOYER_BROKER_URL", "amqp://127.0.0.1:1//", "FAIL  broker"),
        ("FOYER_BROKER_URL", "nonsense://127.0.0.1/0", "FAIL  broker"),
        ("FOYER_BROKER_URL", "redis://127.0.0.1:1/words", "FAIL  broker"),
        ("PORT", "none", "FAIL  settings"),
    ],
)
def test_unsafe_setting_is_found(
    foyer: Foyer, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, line: str
) -> None:
    monkeypatch.setenv(variable, value)
    seen = foyer("doctor")
    assert line in seen.out
    assert seen.status == int(line.startswith("FAIL"))


def test_real_broker_is_reached(
    foyer: Foyer, monkeypatch: pytest.MonkeyPatch, redis_url: str
) -> None:
    monkeypatch.setenv("FOYER_BROKER_URL", redis_url)
    assert "ok    broker" in foyer("doctor").out


def test_silent_broker_is_told_in_one_line(
    foyer: Foyer, monkeypatch: pytest.MonkeyPatch, redis_url: str
) -> None:
    with behind_proxy(redis_url) as (proxy, address):
        proxy.swallow()
        monkeypatch.setenv("FOYER_BROKER_URL", address)
        seen = foyer("doctor")
    lines = [line for line in seen.out.splitlines() if line.startswith("FAIL")]
    assert len(lines) == 1
    assert lines[0].startswith("FAIL  broker: cannot be reached (")
    assert seen.status == 1


def test_postgresql_is_known(
    foyer: Foyer, monkeypatch: pytest.MonkeyPatch, postgres_store: Store
) -> None:
    url = postgres_store.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("FOYER_DATABASE_URL", url)
    assert "ok    database: postgresql" in foyer("doctor").out
