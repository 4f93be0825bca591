"""What the keys file and the keyring promise."""

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from service.privacy.keyring import (
    ADDRESS_INDEX,
    SEALING,
    Keyring,
    KeysError,
    KeysMissing,
    add_key,
    create,
    drop_key,
    generate,
)

ROOT = Path(__file__).parents[3]
ONE = base64.b64encode(bytes(range(32))).decode()
TWO = base64.b64encode(bytes(range(32, 64))).decode()

RACER = """
import sys, pathlib
from service.privacy.keyring import create
print("ready", flush=True)
sys.stdin.readline()
print(create(pathlib.Path(sys.argv[1])).subkey("race").hex())
"""


def keys_file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_newest_key_is_the_one_with_the_highest_id() -> None:
    keyring = Keyring.from_text(f"# first\n\n 3:{ONE}  # kept\r\n70:{TWO}\n")
    assert keyring.ids == (3, 70)
    assert keyring.newest == 70


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "no key", id="empty"),
        pytest.param("# only words\n", "no key", id="comment-only"),
        pytest.param(f"1{ONE}", "Line 1", id="no-colon"),
        pytest.param(f"0:{ONE}", "Line 1", id="zero"),
        pytest.param(f"-1:{ONE}", "Line 1", id="negative"),
        pytest.param(f"01:{ONE}", "Line 1", id="leading-zero"),
        pytest.param(f"4294967296:{ONE}", "Line 1", id="id-over-four-bytes"),
        pytest.param(f"٣:{ONE}", "Line 1", id="other-digits"),
        pytest.param(f"1:{ONE[:-4]}", "32 bytes", id="short-key"),
        pytest.param(f"1:{ONE}AAAA", "Line 1", id="padding-inside"),
        pytest.param(f"1:{ONE.rstrip('=')}", "32 bytes", id="no-padding"),
        pytest.param(f"1:{ONE} {TWO}", "Line 1", id="two-keys-on-a-line"),
        pytest.param(f"1:{ONE}\n1:{TWO}", "Line 2", id="same-id"),
        pytest.param(f"2:{ONE}\n1:{TWO}", "Line 2", id="falling-ids"),
        pytest.param(f"1:{ONE}\n\n2:{ONE}", "Line 3", id="same-key"),
    ],
)
def test_malformed_text_is_refused_with_its_line_but_without_the_key(
    text: str, said: str
) -> None:
    with pytest.raises(KeysError) as caught:
        Keyring.from_text(text)
    message = str(caught.value)
    assert said in message
    assert ONE[:12] not in message
    assert TWO[:12] not in message


def test_generated_line_is_a_keys_text() -> None:
    assert Keyring.from_text(generate()).ids == (1,)
    assert Keyring.from_text(f"{generate(4)}\n{generate(5)}").newest == 5
    assert generate() != generate()


def test_keyring_without_keys_is_refused() -> None:
    with pytest.raises(KeysError):
        Keyring({})


def test_subkeys_differ_by_purpose_and_key_and_stay_the_same() -> None:
    keyring = Keyring.from_text(f"1:{ONE}\n2:{TWO}")
    made = {
        keyring.subkey(purpose, key_id)
        for purpose in (SEALING, ADDRESS_INDEX)
        for key_id in (1, 2)
    }
    assert len(made) == 4
    assert all(len(subkey) == 32 for subkey in made)
    assert keyring.subkey(SEALING) == keyring.subkey(SEALING, 2)
    assert Keyring.from_text(f"2:{TWO}").subkey(SEALING) == keyring.subkey(SEALING)


def test_subkey_of_a_known_key_never_changes_between_versions() -> None:
    # Everything sealed depends on this value; it was computed apart from the
    # library, by the two HMACs of RFC 5869 with the info "foyer|v1|sealing".
    assert Keyring.from_text(f"1:{ONE}").subkey(SEALING).hex() == (
        "771130f3530bc0f1b6992e4fc6319c150a8f500fc86013a34224a4b0c4ad1b8f"
    )


def test_unknown_key_is_named_by_its_id() -> None:
    with pytest.raises(KeysError, match=r"Key 9 .* has 1, 2\."):
        Keyring.from_text(f"1:{ONE}\n2:{TWO}").subkey(SEALING, 9)


def test_created_file_is_private_and_loads(tmp_path: Path) -> None:
    path = tmp_path / "secret" / "deep" / "keys"
    made = create(path)
    assert mode_of(path) == 0o600
    assert mode_of(path.parent) == 0o700
    assert Keyring.load(path).subkey(SEALING) == made.subkey(SEALING)
    assert [file.name for file in path.parent.iterdir()] == ["keys"]


def test_create_keeps_the_keys_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    first = create(path).subkey(SEALING)
    assert create(path).subkey(SEALING) == first


def test_processes_that_create_at_once_get_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys"
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    subkeys = {racer.communicate(timeout=60)[0] for racer in racers}
    assert [racer.returncode for racer in racers] == [0, 0, 0, 0]
    assert subkeys == {Keyring.load(path).subkey("race").hex() + "\n"}
    assert [file.name for file in path.parent.iterdir()] == ["keys"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
def test_file_open_to_others_is_refused_with_the_mend(
    tmp_path: Path, mode: int
) -> None:
    path = keys_file(tmp_path / "keys", f"1:{ONE}\n", mode)
    with pytest.raises(KeysError, match=f"chmod 600 {path}"):
        Keyring.load(path)


def test_missing_file_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match=str(tmp_path / "keys")):
        Keyring.load(tmp_path / "keys")


def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for path in (pipe, tmp_path):
        with pytest.raises(KeysError, match=str(path)):
            Keyring.load(path)


def test_malformed_file_is_named_with_line_and_mend(tmp_path: Path) -> None:
    path = keys_file(tmp_path / "keys", f"1:{ONE}\n2:{TWO[:9]}\n")
    with pytest.raises(KeysError) as caught:
        Keyring.load(path)
    message = str(caught.value)
    assert str(path) in message
    assert "Line 2" in message
    assert "Restore" in message
    assert TWO[:9] not in message


def test_file_that_is_no_text_is_refused_without_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_bytes(f"1:{ONE}\n".encode() + b"\xff\xfe")
    path.chmod(0o600)
    with pytest.raises(KeysError, match="not UTF-8") as caught:
        Keyring.load(path)
    assert caught.value.__context__ is None


def test_file_of_a_windows_editor_loads(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_bytes(b"\xef\xbb\xbf" + f"1:{ONE}\r\n".encode())
    path.chmod(0o600)
    assert Keyring.load(path).ids == (1,)


def test_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = keys_file(tmp_path / "file", "not a directory")
    with pytest.raises(KeysError, match=str(blocked / "keys")):
        create(blocked / "keys")


def test_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeysMissing):
        create(path)
    assert not (tmp_path / "elsewhere").exists()


def test_added_key_seals_and_the_old_ones_stay(tmp_path: Path) -> None:
    path = keys_file(tmp_path / "keys", f"# mine\n7:{ONE}")
    after = add_key(path)
    assert after.ids == (7, 8)
    assert path.read_text().startswith(f"# mine\n7:{ONE}\n8:")
    assert mode_of(path) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["keys"]


def test_key_is_added_behind_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real"
    create(real)
    link = tmp_path / "keys"
    link.symlink_to(real)
    assert add_key(link).ids == (1, 2)
    assert link.is_symlink()
    assert Keyring.load(real).ids == (1, 2)


def test_dropped_key_is_gone_and_the_comments_stay(tmp_path: Path) -> None:
    path = keys_file(tmp_path / "keys", f"# mine\n\n1:{ONE}\n2:{TWO}\n")
    assert drop_key(path, 1).ids == (2,)
    assert path.read_text() == f"# mine\n\n2:{TWO}\n"


@pytest.mark.parametrize("key_id", [2, 3], ids=["newest", "unknown"])
def test_key_that_is_needed_or_unknown_is_not_dropped(
    tmp_path: Path, key_id: int
) -> None:
    path = keys_file(tmp_path / "keys", f"1:{ONE}\n2:{TWO}\n")
    with pytest.raises(KeysError, match=f"Key {key_id} cannot be dropped"):
        drop_key(path, key_id)
    assert Keyring.load(path).ids == (1, 2)
    assert [file.name for file in tmp_path.iterdir()] == ["keys"]


def test_second_change_at_the_same_time_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    create(path)
    before = path.read_bytes()
    (tmp_path / "keys.new").touch()
    with pytest.raises(KeysError, match=r"under way.*keys\.new"):
        add_key(path)
    assert path.read_bytes() == before
    assert (tmp_path / "keys.new").exists()
