"""The only reader of the environment: one frozen `Settings` for every process.

Every field is one ``FOYER_*`` variable, but for ``PORT``. A value may also be given as
the content of a file, by ``FOYER_…_FILE``, so that it need not stand in the
environment. All mistakes are reported at once.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote

Network = IPv4Network | IPv6Network

MAX_PORT = 65_535
MAX_PROCESSES = 64

_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?")
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(rf"(?P<times>\d{{1,9}})\s*/\s*(?P<unit>{'|'.join(_UNITS)})s?")


class SettingsError(Exception):
    """The environment holds something we cannot run with; the text says all of it."""


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MAX_PORT:
        raise ValueError(f"{text!r} is not a port from 1 to 65535")
    return int(text)


def _network(text: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ValueError(
            f"{text!r} is not an address or a range like 10.0.0.0/8"
        ) from None


def _networks(text: str) -> tuple[Network, ...]:
    parts = (part.strip() for part in text.split(","))
    return tuple(_network(part) for part in parts if part)


def _origin(text: str) -> str:
    origin = text.strip().lower().rstrip("/")
    if origin and not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{text!r} is not an address like https://comments.example")
    # Browsers leave out a default port, and so must what they are compared with.
    return re.sub(r"^(http://.*):80$|^(https://.*):443$", r"\1\2", origin)


def _rate(text: str) -> tuple[int, int] | None:
    found = _RATE.fullmatch(text.strip().lower())
    if not text.strip():
        return None
    if found is None or int(found["times"]) < 1:
        raise ValueError(
            f"{text!r} is not a rate; write it like 10/minute "
            f"(units: {', '.join(_UNITS)}), or leave it empty for no limit"
        )
    return int(found["times"]), _UNITS[found["unit"]]


def _level(text: str) -> str:
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError(f"{text!r} is not DEBUG, INFO, WARNING or ERROR")
    return text.upper()


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 60:  # noqa: PLR2004  # a minute is longer than anyone waits
        raise ValueError(f"{text!r} is not a number of seconds from 0 to 60")
    return value


def _processes(text: str) -> int:
    if not text.strip():
        return min(2, len(os.sched_getaffinity(0)))
    if not text.isdecimal() or not 1 <= int(text) <= MAX_PROCESSES:
        raise ValueError(f"{text!r} is not a number from 1 to {MAX_PROCESSES}")
    return int(text)


def _setting(variable: str, default: str, read: Callable[[str], Any], doc: str) -> Any:
    return field(
        metadata={"variable": variable, "default": default, "read": read, "doc": doc}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can set; `documented` lists it for the README."""

    data: Path = _setting(
        "FOYER_DATA", "./var", Path, "Folder for all that the embedded form writes"
    )
    database_url: str = _setting(
        "FOYER_DATABASE_URL",
        "",
        str,
        "PostgreSQL or SQLite address; empty means SQLite in the data folder",
    )
    broker_url: str = _setting(
        "FOYER_BROKER_URL",
        "",
        str,
        "Redis, Valkey or RabbitMQ address; empty means a folder in the data folder",
    )
    keys_file: str = _setting(
        "FOYER_KEYS_FILE",
        "",
        str,
        "File with the keys for addresses and tokens; empty means in the data folder",
    )
    base_url: str = _setting(
        "FOYER_BASE_URL",
        "",
        _origin,
        "Address under which people reach this service; "
        "empty means http://localhost:PORT",
    )
    port: int = _setting("PORT", "8000", _port, "Port the web process listens on")
    host: str = _setting(
        "FOYER_HOST", "127.0.0.1", str, "Address the web process listens on"
    )
    web_processes: int = _setting(
        "FOYER_WEB_PROCESSES",
        "",
        _processes,
        "Processes that share the port, each of which uses at most about one core; "
        "empty means 2, or 1 where there is one core",
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        "FOYER_TRUSTED_PROXIES",
        "",
        _networks,
        "Proxies whose X-Forwarded-For and -Proto are believed: "
        "addresses or ranges, comma between",
    )
    submit_limit: tuple[int, int] | None = _setting(
        "FOYER_SUBMIT_LIMIT",
        "10/minute",
        _rate,
        "Submissions and edits per client (IPv4 address or IPv6 /64); "
        "empty means no limit",
    )
    dns_seconds: float = _setting(
        "FOYER_DNS_SECONDS",
        "1",
        _seconds,
        "How long the worker waits for DNS when it looks up the domain of an "
        "e-mail address; 0 means it never asks",
    )
    outside_networks: tuple[Network, ...] = _setting(
        "FOYER_OUTSIDE_NETWORKS",
        "",
        _networks,
        "Networks that are not public and may be asked by checks that ask outside "
        "(akismet, custom), also without TLS: addresses or ranges, comma between; "
        "empty means none",
    )
    log_level: str = _setting(
        "FOYER_LOG_LEVEL", "INFO", _level, "DEBUG, INFO, WARNING or ERROR"
    )

    @property
    def embedded(self) -> bool:
        """True for the form without any other server."""
        return not self.database_url and not self.broker_url

    @property
    def database(self) -> str:
        """The database's address as SQLAlchemy takes it, driver named."""
        if not self.database_url:
            path = (self.data / "foyer.sqlite3").absolute()
            return f"sqlite:///{quote(str(path), safe='/')}"
        scheme, _, rest = self.database_url.partition("://")
        if scheme in {"postgres", "postgresql"}:
            return f"postgresql+psycopg://{rest}"
        return self.database_url

    @property
    def keys_path(self) -> Path:
        """Where the keys file is."""
        return Path(self.keys_file) if self.keys_file else self.data / "keys"

    @property
    def doorbell_folder(self) -> Path:
        """Where the embedded doorbell keeps its messages."""
        return self.data / "doorbell"

    @property
    def public_url(self) -> str:
        """Address under which people reach this service, without a final slash."""
        return self.base_url or f"http://localhost:{self.port}"

    @property
    def own_origins(self) -> tuple[str, ...]:
        """Origins that are this service itself."""
        if self.base_url:
            return (self.base_url,)
        return (f"http://localhost:{self.port}", f"http://127.0.0.1:{self.port}")

    def environment(self) -> dict[str, str]:
        """The variables that give a child process these same settings by default."""
        return {"PORT": str(self.port), "FOYER_DATA": str(self.data.absolute())}


def _value(environ: Mapping[str, str], variable: str, default: str) -> str:
    path = environ.get(f"{variable}_FILE")
    if variable == "FOYER_KEYS" or path is None:
        return environ.get(variable, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as err:
        raise ValueError(f"cannot read {path!r}: {err.strerror}") from None


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this environment.

    :param environ: mapping of variable to text; the process's own by default.
    :raises SettingsError: naming every variable that is wrong, and why.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    problems: list[str] = []
    for each in fields(Settings):
        about = each.metadata
        try:
            text = _value(environ, about["variable"], about["default"])
            values[each.name] = about["read"](text)
        except ValueError as err:
            problems.append(f"{about['variable']}: {err}")
    if problems:
        raise SettingsError("Mend these settings: " + "; ".join(problems))
    return Settings(**values)


def inherited(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child process: this one's, with ``extra`` on top."""
    return {**os.environ, **extra}


def documented() -> list[tuple[str, str, str]]:
    """``(variable, default, what it does)`` of each setting, for the README's table."""
    return [
        (f.metadata["variable"], f.metadata["default"], f.metadata["doc"])
        for f in fields(Settings)
    ]
