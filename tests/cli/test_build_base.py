"""`foyer filter build-base`."""

from pathlib import Path

import pytest

from tests.cli.conftest import Foyer
from tests.cli.test_evaluate import export
from worker.filter.storage import base_from


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    return [export(tmp_path / "a.csv"), export(tmp_path / "b.csv", shift=3)]


def test_base_is_built_twice_alike(
    foyer: Foyer, files: list[str], tmp_path: Path
) -> None:
    made = []
    for name in ("one", "two"):
        output = tmp_path / name
        done = foyer("filter", "build-base", *files, "--output", str(output))
        assert done.status == 0, done.err
        made.append(output.read_bytes())
        assert base_from(made[-1]).name in done.out
    assert made[0] == made[1]


def test_good_comments_from_elsewhere_change_it(
    foyer: Foyer, files: list[str], tmp_path: Path
) -> None:
    made = []
    for more in ((), ("--ham", files[1])):
        output = tmp_path / "base"
        done = foyer("filter", "build-base", files[0], *more, "--output", str(output))
        assert done.status == 0, done.err
        made.append(output.read_bytes())
    assert made[0] != made[1]


def test_file_without_labels_is_named(foyer: Foyer, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("text\nhello\n", encoding="utf-8")
    output = tmp_path / "base"
    done = foyer("filter", "build-base", str(bad), "--output", str(output))
    assert done.status == 2
    assert "bad.csv" in done.err
    assert not output.exists()


def test_one_label_alone_is_refused(foyer: Foyer, tmp_path: Path) -> None:
    bad = tmp_path / "spam.csv"
    bad.write_text("text,label\nbuy now,1\n", encoding="utf-8")
    done = foyer("filter", "build-base", str(bad), "--output", str(tmp_path / "base"))
    assert done.status == 2
    assert "both labels" in done.err


def test_folder_that_is_not_there_is_named(
    foyer: Foyer, files: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "nowhere" / "base"
    done = foyer("filter", "build-base", *files, "--output", str(output))
    assert done.status == 1
    assert "nowhere" in done.err
