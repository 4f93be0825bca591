"""A transport for kombu: every message is a file in one folder of ours.

kombu's own file-system transport hands each message through the system's temporary
folder, reads files that are still being written, and fails once its folders are gone.
A doorbell needs none of its exchanges and tables, so this one is smaller, too.
"""

import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.transport import virtual
from kombu.utils.json import dumps, loads
from typing_extensions import override

MOST_MESSAGES = 100
"""A folder that nobody empties takes no more: each says the same, and each is listed
whenever one is taken."""


class Channel(virtual.Channel):
    """Writes and reads the files; the option ``folder`` says where they are."""

    @property
    def _folder(self) -> Path:
        options: dict[str, Any] = self.connection.client.transport_options  # type: ignore[union-attr, assignment]  # of an open channel
        return Path(options["folder"])

    def _messages(self, queue: str) -> list[Path]:
        """The files of this queue, oldest first; none without a readable folder."""
        try:
            return sorted(
                path
                for path in self._folder.iterdir()
                if path.name.endswith(f".{queue}.msg")
            )
        except OSError:
            return []

    @override
    def _put(self, queue: str, message: Any, **_: Any) -> None:
        folder, name = self._folder, f"{time.time_ns()}-{uuid4().hex}"
        # Each time, for somebody may empty the data folder of what seems old.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if len(self._messages(queue)) >= MOST_MESSAGES:
            return
        part = folder / f"{name}.part"
        try:
            part.write_text(dumps(message), encoding="utf-8")
            # Complete from the first moment that a reader can see it.
            part.rename(part.with_name(f"{name}.{queue}.msg"))
        except OSError:
            # A disk that is full shall not fill with pieces.
            with suppress(OSError):
                part.unlink()
            raise

    @override
    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for path in self._messages(queue):
            try:
                content = path.read_bytes()
                path.unlink()
            except OSError:
                # Whoever deletes it has it, and another worker was quicker; or nobody
                # can, and then it would come again for ever.
                continue
            return loads(content)
        raise Empty

    @override
    def _size(self, queue: str) -> int:
        return len(self._messages(queue))

    @override
    def _purge(self, queue: str) -> int:
        messages = self._messages(queue)
        for path in messages:
            path.unlink(missing_ok=True)
        return len(messages)


class Transport(virtual.Transport):
    """Polls a folder, every ``polling_interval`` seconds."""

    Channel = Channel
    default_port = 0
    driver_type = driver_name = "folder"

    @override
    def driver_version(self) -> str:
        """Nothing that could have a version."""
        return "N/A"
