"""Nothing that this package shows holds an address or a key.

Every public object is made with known secrets, every error is caused, and what they
show of themselves, with the whole chain of causes, is searched for the secrets.
"""

import base64
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from service.privacy.address import parse_address
from service.privacy.blind_index import address_index
from service.privacy.keyring import SEALING, Keyring, create, drop_key
from service.privacy.sealing import seal, unseal
from service.privacy.tokens import edit_token, form_token

KEY = bytes(range(100, 132))
KEY_TEXT = base64.b64encode(KEY).decode()
KEYRING = Keyring.from_text(f"1:{KEY_TEXT}")
ADDRESS = "Zeldaqueen@mailqueen.example.org"
SECRETS = [
    KEY_TEXT[:10],
    KEY.hex()[:16],
    repr(KEY)[2:20],
    KEYRING.subkey(SEALING).hex()[:16],
    repr(KEYRING.subkey(SEALING))[2:20],
    "zeldaqueen",
    "mailqueen",
]


def keys_on_disk(path: Path, text: bytes) -> Path:
    file = path / "keys"
    file.write_bytes(text)
    file.chmod(0o600)
    return file


def reveals(shown: str) -> list[str]:
    return [secret for secret in SECRETS if secret.lower() in shown.lower()]


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(KEYRING, id="keyring"),
        pytest.param([KEYRING, {"keys": KEYRING}], id="keyring-inside"),
        pytest.param(parse_address(ADDRESS), id="address"),
        pytest.param({"writer": parse_address(ADDRESS)}, id="address-inside"),
        pytest.param(seal(KEYRING, ADDRESS, "row"), id="sealed"),
        pytest.param(address_index(KEYRING, 1, ADDRESS.lower()), id="index"),
        pytest.param(edit_token(KEYRING, "Xk2"), id="edit-token"),
        pytest.param(form_token(KEYRING, "demo", "/", 0), id="form-token"),
    ],
)
def test_objects_show_no_secret(shown: object) -> None:
    assert reveals(f"{shown} {shown!r} {shown!s}") == []


@pytest.mark.parametrize(
    "text",
    [
        ADDRESS.replace("@", ""),
        ADDRESS.replace("@", "@@"),
        ADDRESS.replace(".", ".."),
        ADDRESS.replace("mailqueen", "mail_queen-mailqueen_"),
        ADDRESS.replace("Zelda", "Zel(da"),
        ADDRESS.replace("Zelda", "Zel\u202eda"),
        ADDRESS.replace("Zelda", "Zel\ud800da"),
        ADDRESS.replace("Zelda", "Zel da"),
        ADDRESS.replace("mailqueen", "xn--mailqueen"),
        ADDRESS.replace("mailqueen", "\u0338mailqueen"),
        ADDRESS.replace("example.org", "localhost"),
        f"Zeldaqueen <{ADDRESS}>",
        f'"Zeldaqueen"@{ADDRESS}',
        "Zeldaqueen@[mailqueen]",
        "Zeldaqueen@[IPv6:mailqueen]",
        ADDRESS * 20,
        "Zeldaqueen" * 7 + "@mailqueen.example.org",
        "Zeldaqueen@" + "mailqueen" * 10 + ".org",
        "\u037e".join(ADDRESS),
    ],
)
def test_refused_address_is_not_in_the_error(text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # a BadAddress is one
        parse_address(text)
    err = caught.value
    assert reveals(f"{err} {err!r} {err.args} {vars(err)} {chain(err)}") == []


def load(text: bytes) -> Callable[[Path], object]:
    return lambda path: Keyring.load(keys_on_disk(path, text))


LINE = f"1:{KEY_TEXT}\n".encode()


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(load(LINE + LINE), id="same-id"),
        pytest.param(load(LINE + b"2" + LINE[1:]), id="same-key"),
        pytest.param(load(b"x" + LINE), id="malformed"),
        pytest.param(load(LINE[:-3] + b"\n"), id="cut"),
        pytest.param(load(LINE + b"\xff"), id="not-utf-8"),
        pytest.param(lambda path: drop_key(keys_on_disk(path, LINE), 1), id="drop"),
        pytest.param(lambda path: create(keys_on_disk(path, LINE) / "x"), id="create"),
        pytest.param(lambda _: KEYRING.subkey("x", 5), id="unknown-key"),
        pytest.param(lambda _: unseal(KEYRING, b"", "row"), id="not-sealed"),
        pytest.param(
            lambda _: unseal(KEYRING, seal(KEYRING, ADDRESS, "row"), "other"),
            id="other-row",
        ),
        pytest.param(
            lambda _: unseal(
                KEYRING,
                seal(Keyring.from_text(f"2:{KEY_TEXT}"), ADDRESS, "row"),
                "row",
            ),
            id="lost-key",
        ),
    ],
)
def test_errors_show_no_secret(act: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011  # whichever it is
        act(tmp_path)
    err = caught.value
    assert type(err).__name__ in {"KeysError", "SealBroken"}
    assert reveals(f"{err} {err!r} {err.args} {chain(err)}") == []


def chain(err: BaseException) -> str:
    """What a log would hold of the error, its hidden causes included."""
    shown: list[str] = []
    seen: BaseException | None = err
    while seen is not None:
        shown += traceback.format_exception_only(seen)
        shown.append(repr(vars(seen)))
        seen = seen.__context__
    return " ".join(shown)
