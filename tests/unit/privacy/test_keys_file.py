"""What stands on the disk when several want to write, or the disk refuses."""

from pathlib import Path

import pytest

from service.privacy.keys_file import read_private, rewrite, write_new
from service.privacy.keys_text import KeysError


def names_in(path: Path) -> list[str]:
    return [file.name for file in path.iterdir()]


def full_disk(_: str) -> str:
    raise OSError(28, "No space left on device")


def test_second_writer_leaves_the_first_ones_file(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    assert write_new(path, "first")
    assert not write_new(path, "second")
    assert read_private(path) == "first"
    assert names_in(tmp_path) == ["keys"]


def test_rewritten_file_is_whole_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    write_new(path, "first")
    rewrite(path, lambda text: f"{text} and more")
    assert read_private(path) == "first and more"
    assert names_in(tmp_path) == ["keys"]


def test_failed_change_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    write_new(path, "first")
    with pytest.raises(KeysError, match=f"write.*{path}.*No space left"):
        rewrite(path, full_disk)
    assert read_private(path) == "first"
    assert names_in(tmp_path) == ["keys"]


def test_change_in_a_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="No such file or directory"):
        rewrite(tmp_path / "gone" / "keys", str.upper)


def test_file_below_a_file_cannot_be_read_or_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeysError, match="Cannot read"):
        read_private(tmp_path / "file" / "keys")
    with pytest.raises(KeysError, match="Cannot write"):
        write_new(tmp_path / "file" / "keys", "text")
