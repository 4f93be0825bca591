"""A new file that is private, and there as a whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from service.domain.errors import Conflict, Unavailable

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


@contextmanager
def new_private_file(path: Path) -> Iterator[IO[bytes]]:
    """A file with mode 0600 that stands at ``path`` once the block has ended well.

    It is written beside its place and on disk before it gets its name; if the block
    raises, nothing stays behind.

    :raises Conflict: if there is a file of that name.
    :raises Unavailable: if the file system refuses.
    """
    if path.exists():
        raise Conflict(f"There is a file {path} already. Name another one.")
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        file = os.fdopen(os.open(draft, _NEW, 0o600), "wb")
    except OSError as err:
        raise _refused(path, err) from err
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync(path.parent)
    except OSError as err:
        raise _refused(path, err) from err
    finally:
        draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    # A new name survives a power cut only once its folder is on disk (fsync(2)).
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refused(path: Path, err: OSError) -> Unavailable:
    return Unavailable(f"Cannot write {path}: {err.strerror}.")
