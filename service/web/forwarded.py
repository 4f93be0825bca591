"""Who really asks: forwarding headers, believed from configured proxies only."""

from collections.abc import Callable, Iterable
from typing import Any

from service.domain.network import Network, parse_address

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Forwarded:
    """A WSGI layer that puts the client's address and scheme into the environment.

    Anybody can send ``X-Forwarded-For``, so it counts only when the peer is one of the
    operator's proxies; then the rightmost address that is not itself such a proxy is
    the client. Without proxies the headers have no effect at all.

    :param trusted: networks of the operator's proxies.
    """

    def __init__(self, app: Wsgi, trusted: tuple[Network, ...]) -> None:
        self._app = app
        self._trusted = trusted

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer as the wrapped application does."""
        if self._is_trusted(environ.get("REMOTE_ADDR", "")):
            chain = environ.get("HTTP_X_FORWARDED_FOR", "")
            environ["REMOTE_ADDR"] = self._client(chain, environ["REMOTE_ADDR"])
            proto = environ.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()
            if proto in {"http", "https"}:
                environ["wsgi.url_scheme"] = proto
        return self._app(environ, start_response)

    def _is_trusted(self, text: str) -> bool:
        if not self._trusted:
            return False
        address = parse_address(text)
        return address is not None and any(
            address in network
            for network in self._trusted
            if network.version == address.version
        )

    def _client(self, chain: str, peer: str) -> str:
        client = peer
        for hop in reversed(
            [part.strip() for part in chain.split(",") if part.strip()]
        ):
            address = parse_address(hop.strip('"').removeprefix("[").removesuffix("]"))
            if address is None:
                break
            client = str(address)
            if not self._is_trusted(client):
                break
        return client
