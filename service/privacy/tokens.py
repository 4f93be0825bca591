"""Tokens that prove something to the service that gave them out.

Those made by HMAC-SHA-256 (RFC 2104) begin with the id of their key, so that they live
on when a newer key is added. Readers take any text from outside and never raise.
"""

import base64
import hashlib
import hmac
import re
import secrets

from service.domain.submission import TokenKind
from service.privacy.keyring import EDIT_TOKEN, FEED_TOKEN, FORM_TOKEN, Keyring

MAX_TOKEN_CHARS = 200
_PLACE_BYTES = 16
_FORM_TOKEN = re.compile(r"([1-9][0-9]{0,9})\.([0-9]{1,16})\.([\w-]{22})\.", re.ASCII)


def edit_token(keyring: Keyring, comment_id: str) -> str:
    """The token by which a writer may see, edit and take back one comment.

    It is derived, not stored: the same comment and key give the same token.
    """
    return _signed(keyring, EDIT_TOKEN, keyring.newest, comment_id)


def is_edit_token(keyring: Keyring, comment_id: str, token: str) -> bool:
    """True if the token was given out for this comment."""
    return _is_signed(keyring, EDIT_TOKEN, comment_id, token)


def feed_token(keyring: Keyring, moderator_id: int, epoch: int) -> str:
    """The token that opens a moderator's private feed.

    :param epoch: counts up when the moderator revokes the earlier tokens.
    """
    return _signed(keyring, FEED_TOKEN, keyring.newest, f"{moderator_id}.{epoch}")


def is_feed_token(keyring: Keyring, moderator_id: int, epoch: int, token: str) -> bool:
    """True if the token opens this moderator's feed, in this epoch."""
    return _is_signed(keyring, FEED_TOKEN, f"{moderator_id}.{epoch}", token)


def form_token(keyring: Keyring, site_key: str, page: str, now: float) -> str:
    """The token that a form carries back: where and when it was given out.

    :param now: seconds since 1970; kept to the millisecond.
    """
    head = f"{keyring.newest}.{max(0, int(now * 1000))}.{_place(site_key, page)}."
    return head + _mac(keyring, FORM_TOKEN, keyring.newest, head)


def read_form_token(
    keyring: Keyring, token: str, site_key: str, page: str, now: float
) -> tuple[TokenKind, float | None]:
    """What a form's token turns out to be, and its age.

    :returns: ``good`` with the age in seconds, never negative; or without one
        ``missing`` for an empty text, ``foreign`` for a token of another site or page,
        ``forged`` for anything else.
    """
    if not token:
        return "missing", None
    match = _FORM_TOKEN.match(token) if len(token) <= MAX_TOKEN_CHARS else None
    if match is None or int(match[1]) not in keyring.ids:
        return "forged", None
    expected = match[0] + _mac(keyring, FORM_TOKEN, int(match[1]), match[0])
    if not _equal(expected, token):
        return "forged", None
    if not _equal(match[3], _place(site_key, page)):
        return "foreign", None
    return "good", max(0.0, now - int(match[2]) / 1000)


def random_token() -> str:
    """A token of 256 random bits, 43 characters that are safe in a URL."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> bytes:
    """The SHA-256 of a token, 32 bytes: what is stored in its place.

    A token of 256 random bits cannot be guessed, so a fast hash without salt is enough.
    """
    return hashlib.sha256(_bytes(token)).digest()


def public_id() -> str:
    """A random id of 128 bits, 22 characters that are safe in a URL.

    It never begins with ``-`` or ``_``, so that command lines take it as it is; that
    costs 0.05 of the 128 bits.
    """
    while (candidate := secrets.token_urlsafe(16))[0] in "-_":
        pass
    return candidate


def _signed(keyring: Keyring, purpose: str, key_id: int, message: str) -> str:
    return f"{key_id}.{_mac(keyring, purpose, key_id, message)}"


def _is_signed(keyring: Keyring, purpose: str, message: str, token: str) -> bool:
    # Against the few keys there are, so that nothing of the token is interpreted.
    # All are compared before any answer: the time tells nothing about which key it was.
    equal = [
        _equal(_signed(keyring, purpose, key_id, message), token)
        for key_id in keyring.ids
    ]
    return any(equal)


def _mac(keyring: Keyring, purpose: str, key_id: int, message: str) -> str:
    subkey = keyring.subkey(purpose, key_id)
    return _urlsafe(hmac.digest(subkey, _bytes(message), "sha256"))


def _place(site_key: str, page: str) -> str:
    # The length in front keeps ("a", "bc") and ("ab", "c") apart.
    framed = f"{len(site_key)}|{site_key}|{page}"
    return _urlsafe(hashlib.sha256(_bytes(framed)).digest()[:_PLACE_BYTES])


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(_bytes(one), _bytes(other))


def _urlsafe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
