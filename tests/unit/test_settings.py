"""Settings: what the environment may say, and what is said about mistakes in it."""

from pathlib import Path

import pytest

from service.settings import SettingsError, documented, load


def test_defaults_need_no_environment() -> None:
    settings = load({})
    assert settings.embedded
    assert settings.port == 8000
    assert settings.public_url == "http://localhost:8000"
    assert settings.host == "127.0.0.1"
    assert settings.submit_limit == (10, 60)


def test_own_origins_follow_the_port() -> None:
    settings = load({"PORT": "9001"})
    assert settings.own_origins == ("http://localhost:9001", "http://127.0.0.1:9001")


def test_base_url_is_the_only_own_origin() -> None:
    settings = load({"FOYER_BASE_URL": "https://comments.example/"})
    assert settings.public_url == "https://comments.example"
    assert settings.own_origins == ("https://comments.example",)


def test_every_mistake_is_reported_at_once() -> None:
    wrong = {
        "PORT": "eighty",
        "FOYER_SUBMIT_LIMIT": "many",
        "FOYER_TRUSTED_PROXIES": "10.0.0.0/8,proxy",
        "FOYER_BASE_URL": "comments.example",
        "FOYER_LOG_LEVEL": "LOUD",
        "FOYER_DNS_SECONDS": "-1",
    }
    with pytest.raises(SettingsError) as caught:
        load(wrong)
    assert all(name in str(caught.value) for name in wrong)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "", "8000.5", "80 80"])
def test_impossible_ports_are_refused(port: str) -> None:
    with pytest.raises(SettingsError, match="PORT"):
        load({"PORT": port})


def test_empty_limit_means_none() -> None:
    assert load({"FOYER_SUBMIT_LIMIT": ""}).submit_limit is None


def test_proxies_may_be_addresses_and_ranges() -> None:
    proxies = load({"FOYER_TRUSTED_PROXIES": "127.0.0.1, fd00::/8"}).trusted_proxies
    assert [str(network) for network in proxies] == ["127.0.0.1/32", "fd00::/8"]


def test_value_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "database"
    secret.write_text("postgresql://foyer:secret@db/foyer\n")
    settings = load({"FOYER_DATABASE_URL_FILE": str(secret)})
    assert settings.database == "postgresql+psycopg://foyer:secret@db/foyer"


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="FOYER_BROKER_URL"):
        load({"FOYER_BROKER_URL_FILE": str(tmp_path / "nothing")})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_postgresql_scheme_gets_our_driver(scheme: str) -> None:
    settings = load({"FOYER_DATABASE_URL": f"{scheme}://u@h/d"})
    assert settings.database == "postgresql+psycopg://u@h/d"


def test_data_folder_may_have_any_name(tmp_path: Path) -> None:
    settings = load({"FOYER_DATA": str(tmp_path / "a b%20ü#?")})
    assert settings.database.startswith("sqlite:////")
    assert settings.keys_path == tmp_path / "a b%20ü#?" / "keys"


def test_child_process_gets_the_same_settings(tmp_path: Path) -> None:
    settings = load({"FOYER_DATA": str(tmp_path), "PORT": "9001"})
    assert load(settings.environment()).data == settings.data
    assert load(settings.environment()).port == settings.port


def test_every_setting_is_documented() -> None:
    for variable, _default, text in documented():
        assert variable == "PORT" or variable.startswith("FOYER_")
        assert text
