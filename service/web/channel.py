"""How a connection ends on which something came that is no request we read."""

import socket
import time
from typing import Any

import orjson
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]  # has no types
from waitress.task import ErrorTask  # type: ignore[import-untyped]  # has no types

LINGER_SECONDS = 2.0
LINGER_BYTES = 4 * 1024 * 1024
_READ_BYTES = 64 * 1024


class Refusal(ErrorTask):  # type: ignore[misc]  # has no types
    """The answer to what is no request, in the form that all our errors have."""

    def execute(self) -> None:
        """Write problem details (RFC 9457), after which the connection closes."""
        error = self.request.error
        problem = {"title": error.reason, "status": error.code, "detail": error.body}
        body = orjson.dumps(problem)
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", "application/problem+json"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        self.channel.refused = True
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc]  # has no types
    """A connection that lets its client read why it was refused.

    A socket closed with unread bytes in it resets the connection, and the client, which
    may still be sending, loses the answer (RFC 9112, section 9.6). So after a refusal
    only our side is closed, and what still comes is read and forgotten for a while.
    """

    error_task_class = Refusal
    refused = False
    _linger_until: float | None = None
    _forgotten_bytes = 0

    @property
    def is_busy(self) -> bool:
        """True while a request is waiting, running or not fully answered."""
        return bool(self.requests or self.total_outbufs_len)

    def handle_close(self) -> None:
        """Close at once, or, the first time after a refusal, begin to linger."""
        if self.refused and self._linger_until is None and self._hang_up():
            self._linger_until = time.monotonic() + LINGER_SECONDS
            self.will_close = False
            return
        super().handle_close()

    def _hang_up(self) -> bool:
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True

    def readable(self) -> Any:
        """True if there is reason to read."""
        return self._linger_until is not None or super().readable()

    def writable(self) -> Any:
        """True if there is something to write, or the connection is to be closed."""
        if self._linger_until is not None:
            return self.will_close
        return super().writable()

    def handle_read(self) -> None:
        """Read: a request, or what a refused client still sends."""
        if self._linger_until is None:
            super().handle_read()
            return
        try:
            # At the end of what the client sends, this closes the connection.
            self._forgotten_bytes += len(self.recv(_READ_BYTES))
        except OSError:
            self.handle_close()
            return
        late = time.monotonic() > self._linger_until
        if self.connected and (late or self._forgotten_bytes > LINGER_BYTES):
            self.handle_close()
