"""What the headers of a request say to the front."""

from collections.abc import Iterable

from service.web.front.bridge import Header, Scope
from service.web.front.refusals import HEADER_BYTES, Refused


class Asked:
    """The few headers that matter before Flask; the last of each counts.

    :param headers: names in lower case.
    """

    __slots__ = (
        "_hosts",
        "_size",
        "encodings",
        "host",
        "is_somebodys",
        "languages",
        "length",
        "none_match",
        "waits",
    )

    def __init__(self, headers: Iterable[Header]) -> None:  # noqa: C901  # one each
        self._size = self._hosts = 0
        self.host = self.encodings = self.languages = b""
        self.none_match: bytes | None = None
        self.length: bytes | None = None
        self.waits = False
        """The client waits to be told before it sends the body."""
        self.is_somebodys = False
        """It says who asks, so its answer may be for nobody else."""
        for name, value in headers:
            self._size += len(name) + len(value) + 4
            if name == b"host":
                self.host = self.host + b"," + value if self._hosts else value
                self._hosts += 1
            elif name == b"accept-encoding":
                self.encodings = value
            elif name == b"accept-language":
                self.languages = value
            elif name == b"if-none-match":
                self.none_match = value
            elif name == b"content-length":
                self.length = value
            elif name == b"expect":
                self.waits = True
            elif name in {b"cookie", b"authorization"}:
                self.is_somebodys = True

    def check(self) -> None:
        """Make sure that the headers may be handed on.

        :raises Refused: if they are too large, or name more than one host (RFC 9112,
            section 3.2).
        """
        if self._hosts > 1:
            raise Refused.two_hosts()
        if self._size > HEADER_BYTES:
            raise Refused.large_headers()

    def has_body(self, scope: Scope) -> bool:
        """True if a body comes with the request, or may come."""
        if self.length is None:
            return scope["method"] not in {"GET", "HEAD", "OPTIONS"}
        return self.length != b"0"
