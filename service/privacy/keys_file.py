"""The keys file on disk: private, never half written, never overwritten by a race."""

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from service.privacy.keys_text import KeysError, KeysMissing

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_MODE = 0o600
_DIRECTORY_MODE = 0o700


def read_private(path: Path) -> str:
    """The text of the keys file.

    :raises KeysMissing: if there is none.
    :raises KeysError: if it is unreadable, no plain file, not UTF-8, or open to the
        group or to others.
    """
    try:
        # The checks ask the opened file, so that nobody can swap it in between;
        # O_NONBLOCK so that a pipe in its place cannot hold up the start.
        with os.fdopen(
            os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb"
        ) as file:
            _refuse_unsafe(path, os.fstat(file.fileno()).st_mode)
            raw = file.read()
    except FileNotFoundError:
        raise KeysMissing(
            f"There is no keys file at {path}. Restore it from your copy, or correct "
            "FOYER_KEYS_FILE; a new key cannot read what an old one sealed."
        ) from None
    except OSError as err:
        raise KeysError(
            f"Cannot read the keys file {path}: {err.strerror}. Let the user that "
            "runs Foyer own it."
        ) from None
    # Decoded outside of the handler above: the error of a failed decoding would
    # carry the keys in its context.
    text = raw.decode("utf-8-sig", errors="replace")
    if "\ufffd" in text:
        raise KeysError(
            f"The keys file {path} is not UTF-8 text. Restore it from your copy."
        )
    return text


def _refuse_unsafe(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise KeysError(f"{path} is not a plain file. Correct FOYER_KEYS_FILE.")
    if mode & _OTHERS:
        raise KeysError(
            f"The keys file {path} is open to others (mode {mode & 0o777:04o}). "
            f"Run: chmod 600 {path}"
        )


def write_new(path: Path, text: str) -> bool:
    """True if the file was made with this text; False if one was there first.

    A missing directory is made with mode 0700. Whoever sees the file sees it whole:
    it is written beside its place (``O_EXCL``) and linked there, which fails when the
    name is taken.

    :raises KeysError: if the file system refuses.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(draft, _NEW, _MODE), "w", encoding="utf-8") as file:
                _write(file, text)
            os.link(draft, path)
        except FileExistsError:
            return False
        finally:
            draft.unlink(missing_ok=True)
        _sync(path.parent)
    except OSError as err:
        raise _refused(path, err) from None
    return True


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    """Replace the text of the file by what ``change`` makes of it, all or nothing.

    :raises KeysError: if another change is under way, or the file system refuses.
    """
    path = path.resolve()
    draft = path.with_name(f"{path.name}.new")
    try:
        handle = os.open(draft, _NEW, _MODE)
    except FileExistsError:
        raise KeysError(
            f"Another change of {path} is under way, or was cut short. If none is "
            f"running, remove {draft} and try again."
        ) from None
    except OSError as err:
        raise _refused(path, err) from None
    try:
        with ExitStack() as undo:
            undo.callback(draft.unlink, missing_ok=True)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                _write(file, change(read_private(path)))
            draft.replace(path)
            # From here on the draft's name is free for others: not ours to remove.
            undo.pop_all()
        _sync(path.parent)
    except OSError as err:
        raise _refused(path, err) from None


def _write(file: TextIO, text: str) -> None:
    os.fchmod(file.fileno(), _MODE)
    file.write(text)
    file.flush()
    os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    # A new name survives a power cut only once its directory is on disk (fsync(2)).
    handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refused(path: Path, err: OSError) -> KeysError:
    return KeysError(
        f"Cannot write the keys file {path}: {err.strerror}. Name a place that the "
        "user who runs Foyer may write to by FOYER_KEYS_FILE."
    )
