"""The `foyer` command, run in this process on an installation of its own."""

import io
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.cli import main
from service.db.store import Store, make_engine
from service.operations.sites import site_by_key
from service.privacy.keyring import Keyring
from service.settings import load
from tests.db.acts import Acts
from tests.doubles import FrozenClock

Foyer = Callable[..., "Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def untouched() -> Iterator[None]:
    """Puts back what a command sets for its whole process."""
    handlers, level = list(logging.root.handlers), logging.root.level
    mask = os.umask(0o022)
    yield
    os.umask(mask)
    logging.captureWarnings(capture=False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder that commands use."""
    for name in [n for n in os.environ if n.startswith("FOYER_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setenv("FOYER_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def bare_foyer(
    untouched: None,  # noqa: ARG001  # for its effect
    data: Path,  # noqa: ARG001  # for its effect
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Foyer:
    """Runs a command where nothing was set up yet."""

    def run(*arguments: str, text: str = "") -> Outcome:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def foyer(bare_foyer: Foyer) -> Foyer:
    """Runs a command on an installation with a site ``blog``."""
    assert bare_foyer("migrate").status == 0
    added = bare_foyer("site", "add", "blog", "--origin", "https://blog.example")
    assert added.status == 0, added.err
    return bare_foyer


@pytest.fixture
def acts(foyer: Foyer, clock: FrozenClock) -> Iterator[Acts]:
    """People who write on ``blog``."""
    assert foyer("site", "show", "blog").status == 0
    settings = load()
    store = Store(make_engine(settings.database))
    keyring = Keyring.load(settings.keys_path)
    number = store.read(lambda s: site_by_key(s, "blog").id)
    yield Acts(store=store, keyring=keyring, clock=clock, site_id=number)
    store.close()
