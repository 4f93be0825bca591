"""Requests that are answered without Flask, in the form that all our errors have."""

from typing import Self

import orjson

from service.web.front.bridge import SERVER, Answer, Header

HEADER_BYTES = 32 * 1024
"""The largest headers, in all, that are handed on."""
BODY_BYTES = 256 * 1024
"""The largest body that is read (design decision 9.3); some routes take less."""
BODY_SECONDS = 20.0
"""A body that has not come whole by then never will."""
RETRY_SECONDS = 5

_ALWAYS: list[Header] = [
    (b"content-type", b"application/problem+json"),
    (b"cache-control", b"no-store"),
    # As on all that Flask answers with data (service.web.headers).
    (
        b"content-security-policy",
        b"default-src 'none'; sandbox; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-dns-prefetch-control", b"off"),
]


class Refused(Exception):
    """The request does not reach Flask.

    :param retry: the client may try again in a moment.
    """

    def __init__(
        self, status: int, title: str, detail: str, *, retry: bool = False
    ) -> None:
        super().__init__(title)
        self._status, self._title, self._detail = status, title, detail
        self._retry = retry

    @classmethod
    def two_hosts(cls) -> Self:
        """For a request that names more than one host."""
        return cls(400, "The request cannot be read", "Send one Host header.")

    @classmethod
    def large_headers(cls) -> Self:
        """For headers that are too large."""
        most = f"Send at most {HEADER_BYTES // 1024} KiB of them."
        return cls(431, "The headers are too large", most)

    @classmethod
    def slow_body(cls) -> Self:
        """For a body that does not come."""
        most = f"Send it within {BODY_SECONDS:.0f} seconds."
        return cls(408, "The body did not come in time", most)

    @classmethod
    def broken_body(cls) -> Self:
        """For a body that ends too early, or is not chunked as it says."""
        return cls(400, "The body did not come whole", "Please send it again.")

    @classmethod
    def busy(cls) -> Self:
        """For a request too many."""
        again = "Nothing of this one was stored. Please try again."
        return cls(503, "Too many requests at once", again, retry=True)

    @classmethod
    def crashed(cls) -> Self:
        """For a request on which our own code failed."""
        sorry = "It is not your fault. Please try again later."
        return cls(500, "Something went wrong here", sorry)

    def answer(self) -> Answer:
        """Problem details (RFC 9457)."""
        problem = {
            "type": "about:blank",
            "title": self._title,
            "status": self._status,
            "detail": self._detail,
        }
        body = orjson.dumps(problem)
        length = str(len(body)).encode()
        headers = [SERVER, *_ALWAYS, (b"content-length", length)]
        if self._retry:
            headers.append((b"retry-after", str(RETRY_SECONDS).encode()))
        return Answer(self._status, headers, body)
