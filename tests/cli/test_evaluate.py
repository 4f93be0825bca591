"""`foyer filter evaluate`."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Foyer

GOOD = "my bread rose well with your third recipe in the old oven"
BAD = "cheap pills shipped today order online at our discount store"
COUNT = 30


def export(path: Path, shift: int = 0) -> str:
    """A file with comments of two kinds, each with words of its own, in turns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label", "date", "author"])
        for number in range(COUNT):
            for label, words in (("0", GOOD.split()), ("1", BAD.split())):
                at = (number + shift) % len(words)
                text = " ".join(words[at:] + words[:at][: number % 4])
                day = f"2026-01-{number + 1:02}"
                rows.writerow([f"{text} {number}", label, day, f"writer {number}"])
    return str(path)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return export(tmp_path / "export.csv")


@pytest.fixture
def other(tmp_path: Path) -> str:
    return export(tmp_path / "other.csv", shift=3)


@pytest.mark.parametrize(
    "protocol", ["split", "split-dated", "prequential", "budget", "poison"]
)
def test_protocols_of_single_files_print_json(
    bare_foyer: Foyer, file: str, protocol: str
) -> None:
    done = bare_foyer("filter", "evaluate", "--protocol", protocol, file, "--json")
    assert done.status == 0, done.err
    found = json.loads(done.out)
    assert found["protocol"] == protocol
    assert found["figures"]["roc_auc"] > 0.9
    assert set(found["figures"]) == {
        "accuracy",
        "mcc",
        "roc_auc",
        "caught_at_half_percent",
        "caught_at_one_percent",
        "ece",
        "spam_caught",
        "ham_blocked",
        "score_microseconds",
        "learn_microseconds",
    }
    (part,) = found["parts"]
    assert part["name"] == "export"
    assert part["spam"] == part["ham"]


@pytest.mark.parametrize("more", [(), ("--full",)], ids=["text", "full"])
def test_several_files_may_follow_train_and_test(
    bare_foyer: Foyer, file: str, other: str, tmp_path: Path, more: tuple[str, ...]
) -> None:
    third = export(tmp_path / "third.csv", shift=5)
    done = bare_foyer(
        *("filter", "evaluate", "--protocol", "transfer"),
        *("--train", file, other, "--test", third, *more),
    )
    assert done.status == 0, done.err
    assert "third" in done.out
    assert "caught@1%" in done.out


def test_good_comments_from_elsewhere_teach_as_well(
    bare_foyer: Foyer, file: str, other: str, tmp_path: Path
) -> None:
    third = export(tmp_path / "third.csv", shift=5)
    asked = ("filter", "evaluate", "--protocol", "transfer", "--json", "--train", file)
    alone = bare_foyer(*asked, "--test", third)
    helped = bare_foyer(*asked, "--ham", other, "--test", third)
    assert (alone.status, helped.status) == (0, 0), helped.err
    ece = [json.loads(done.out)["figures"]["ece"] for done in (alone, helped)]
    assert ece[0] != ece[1]
    both = bare_foyer(*asked, "--ham", third, "--test", third)
    assert "cannot both teach" in both.err


def test_leave_one_out_scores_every_file(
    bare_foyer: Foyer, file: str, other: str
) -> None:
    done = bare_foyer("filter", "evaluate", "--protocol", "leave-one-out", file, other)
    assert done.status == 0, done.err
    lines = [line.split()[0] for line in done.out.splitlines()[3:]]
    assert lines == ["export", "other", "all"]


def test_attack_tells_what_is_kept_of_each_trick(
    bare_foyer: Foyer, file: str, other: str
) -> None:
    done = bare_foyer(
        *("filter", "evaluate", "--protocol", "attack", "--json"),
        *("--train", file, "--test", other),
    )
    assert done.status == 0, done.err
    rows = {row["trick"]: row for row in json.loads(done.out)["rows"]}
    assert rows["none"]["kept"] == 1
    assert rows["zero-width"]["kept"] > 0.9
    assert rows["copied-ham"]["caught"] < rows["none"]["caught"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--protocol", "split"), "split needs a file to score"),
        (("--protocol", "leave-one-out", "FILE"), "needs two files"),
        (("--protocol", "transfer", "FILE"), "give --train or --base"),
        (
            ("--protocol", "transfer", "--train", "FILE", "--test", "FILE"),
            "cannot both",
        ),
        (
            ("--protocol", "split", "--train", "FILE", "--test", "FILE"),
            "--train is for",
        ),
        (
            ("--protocol", "transfer", "--ham", "FILE", "--test", "FILE"),
            "--ham teaches beside --train",
        ),
        (
            (
                *("--protocol", "transfer", "--base", "--train", "FILE"),
                *("--ham", "FILE", "--test", "FILE"),
            ),
            "and no base",
        ),
        (("--protocol", "split", "FILE", "--cold", "--base"), "not both"),
        (("--protocol", "split", "FILE", "--base-file", "FILE"), "build-base"),
        (("--protocol", "split", "FILE", "--origin", "blog"), "is not an origin"),
        (("--protocol", "split", "none.csv"), "none.csv: it cannot be read"),
        (("--protocol", "magic", "FILE"), "'magic' is not one of"),
    ],
)
def test_mistake_is_named_with_its_mend(
    bare_foyer: Foyer, file: str, arguments: tuple[str, ...], said: str
) -> None:
    given = [file if one == "FILE" else one for one in arguments]
    refused = bare_foyer("filter", "evaluate", *given)
    assert refused.status == 2
    assert said in refused.err
    assert refused.out == ""


def test_missing_date_is_asked_for(bare_foyer: Foyer, tmp_path: Path) -> None:
    path = tmp_path / "undated.csv"
    path.write_text("text,label\na,1\nb,0\n", encoding="utf-8")
    refused = bare_foyer("filter", "evaluate", "--protocol", "split-dated", str(path))
    assert refused.status == 2
    assert "undated: split-dated needs a date" in refused.err
