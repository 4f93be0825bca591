"""The client of the present request."""

import hmac

from flask import request

from service.domain.network import network_of
from service.privacy.keyring import Keyring


def client_ip() -> str:
    """The client's address; `service.web.forwarded` has judged the proxies before."""
    return request.remote_addr or ""


def client_key(keyring: Keyring, purpose: str) -> str:
    """A name for the client's network to count by, which does not give it away.

    :param purpose: what is counted, such as ``submit``.
    """
    key = keyring.subkey("allowance", min(keyring.ids))
    network = network_of(client_ip())
    digest = hmac.digest(key, network.encode(), "sha256")
    return f"{purpose}:{digest.hex()[:32]}"
