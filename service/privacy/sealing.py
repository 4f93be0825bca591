"""Text sealed for one row: AES-256-GCM (NIST SP 800-38D), bound to where it lies.

The envelope is version (1 byte) ‖ key id (4, big-endian) ‖ nonce (12, random) ‖
ciphertext and tag. The text is padded to steps of 64 bytes, so that its length tells
little. Random nonces of 96 bits serve 2**32 seals under one key (SP 800-38D, section
8.3), far more than an installation sees before a key is renewed.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.padding import PKCS7

from service.privacy.keyring import SEALING, Keyring, KeysError

_VERSION = b"\x01"
_KEY_ID = slice(1, 5)
_NONCE = slice(5, 17)
_HEAD_BYTES = 17
_TAG_BYTES = 16
_STEP = PKCS7(512)  # bits: steps of 64 bytes


class SealBroken(Exception):
    """A sealed value cannot be opened: damaged, moved to another row, or its key lost.

    The message never holds the text or a key.
    """


def seal(keyring: Keyring, plain: str, bound_to: str) -> bytes:
    """The text, readable only with the keyring and the same ``bound_to``.

    :param bound_to: names the row and the column, such as ``email|1|<comment id>``.
    """
    key_id = keyring.newest
    nonce = secrets.token_bytes(12)
    padder = _STEP.padder()
    padded = padder.update(_bytes(plain)) + padder.finalize()
    cipher = AESGCM(keyring.subkey(SEALING, key_id))
    return (
        _VERSION
        + key_id.to_bytes(4, "big")
        + nonce
        + cipher.encrypt(nonce, padded, _VERSION + _bytes(bound_to))
    )


def sealed_with(sealed: bytes) -> int:
    """The id of the key that sealed the value.

    :raises SealBroken: if it is no sealed value.
    """
    if len(sealed) < _HEAD_BYTES + _TAG_BYTES or sealed[:1] != _VERSION:
        raise SealBroken("This is not a sealed value, or one of a later version.")
    return int.from_bytes(sealed[_KEY_ID], "big")


def unseal(keyring: Keyring, sealed: bytes, bound_to: str) -> str:
    """The text that was sealed for the same ``bound_to``.

    :raises SealBroken: if the value was changed, belongs to another row, or was sealed
        with a key that is not in the keyring (then the message names its id).
    """
    key_id = sealed_with(sealed)
    try:
        cipher = AESGCM(keyring.subkey(SEALING, key_id))
    except KeysError as err:
        raise SealBroken(f"The value cannot be opened. {err}") from None
    try:
        padded = cipher.decrypt(
            sealed[_NONCE], sealed[_HEAD_BYTES:], _VERSION + _bytes(bound_to)
        )
    except InvalidTag:
        raise SealBroken(
            f"A value sealed with key {key_id} was changed, lies in another row than "
            "it was sealed for, or the key of that id is not the one that sealed it."
        ) from None
    unpadder = _STEP.unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode(
        "utf-8", "surrogatepass"
    )


def _bytes(text: str) -> bytes:
    # Lone surrogates are settled at the border; here nothing may fail with an error
    # that carries the text.
    return text.encode("utf-8", "surrogatepass")
