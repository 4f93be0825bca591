"""From what is asked for to its result: one function for the command and for tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.domain.errors import MalformedInput
from service.domain.policy import SitePolicy, normal_origin
from worker.filter.evaluation.attack import attack
from worker.filter.evaluation.comments import CommentFile, read_files
from worker.filter.evaluation.promises import budget, poison
from worker.filter.evaluation.protocols import (
    Setting,
    leave_one_out,
    model_of,
    prequential,
    split,
    transfer,
)
from worker.filter.evaluation.results import Result
from worker.filter.model import Base
from worker.filter.storage import base_from, shipped_base

FROM_BASE = ("prequential", "budget", "poison", "attack")
"""Protocols that start from the shipped base unless they are told otherwise."""
TEACHABLE = ("transfer", "attack")
"""Protocols that take files which teach."""

Measure = Callable[[Sequence[CommentFile], Sequence[CommentFile], Setting], Result]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to know."""

    protocol: str
    files: tuple[Path, ...]
    """Files that are scored."""
    train: tuple[Path, ...] = ()
    """Files that teach first."""
    ham: tuple[Path, ...] = ()
    """Files from elsewhere whose good comments teach beside these."""
    base: bool = False
    """Start from the shipped base."""
    base_file: Path | None = None
    """Start from this one."""
    cold: bool = False
    """Start from nothing."""
    full: bool = False
    """All checks that need no database."""
    origin: tuple[str, ...] = ()
    """Origins of the scored sites, as `SitePolicy` has them."""
    seed: int = 1


def answer(asked: Asked) -> Result:
    """The figures that were asked for.

    :raises MalformedInput: if a file cannot be read, or what is asked does not fit.
    """
    if not asked.files:
        raise MalformedInput(f"{asked.protocol} needs a file to score; name one.")
    if asked.train and asked.protocol not in TEACHABLE:
        raise MalformedInput(
            f"--train is for {' and '.join(TEACHABLE)}; {asked.protocol} learns from "
            "the files it scores."
        )
    if asked.ham and (not asked.train or asked.base or asked.base_file):
        raise MalformedInput(
            "--ham teaches beside --train where a base is made from nothing. Give "
            "--train, and no base."
        )
    if asked.cold and (asked.base or asked.base_file):
        raise MalformedInput("Start --cold or from a base, not both.")
    setting = Setting(
        base=_base(asked),
        is_full=asked.full,
        policy=SitePolicy(origins=tuple(map(_origin, asked.origin))),
        seed=asked.seed,
        ham=read_files(asked.ham),
    )
    measure = _MEASURES[asked.protocol]
    return measure(read_files(asked.train), read_files(asked.files), setting)


def _origin(given: str) -> str:
    origin = normal_origin(given)
    if origin is None:
        raise MalformedInput(
            f"{given!r} is not an origin; write it like https://blog.example."
        )
    return origin


def _base(asked: Asked) -> Base | None:
    if asked.base_file is not None:
        return _base_of(asked.base_file)
    by_default = asked.protocol in FROM_BASE and not asked.train and not asked.cold
    return shipped_base() if asked.base or by_default else None


def _base_of(path: Path) -> Base:
    try:
        return base_from(path.read_bytes())
    except OSError as err:
        raise MalformedInput(
            f"{path.name}: it cannot be read: {err.strerror}. Give a base's path."
        ) from err
    except ValueError as err:
        raise MalformedInput(
            f"{path.name}: {err} Make one by: foyer filter build-base"
        ) from err


def _attack(
    train: Sequence[CommentFile], test: Sequence[CommentFile], setting: Setting
) -> Result:
    return attack(test, model_of(train, test, setting), setting)


_MEASURES: Mapping[str, Measure] = {
    "split": lambda _, files, setting: split(files, setting, dated=False),
    "split-dated": lambda _, files, setting: split(files, setting, dated=True),
    "leave-one-out": lambda _, files, setting: leave_one_out(files, setting),
    "prequential": lambda _, files, setting: prequential(files, setting),
    "transfer": transfer,
    "attack": _attack,
    "budget": lambda _, files, setting: budget(files, setting),
    "poison": lambda _, files, setting: poison(files, setting),
}
