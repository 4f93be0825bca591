"""Labelled comments from CSV files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.domain.errors import MalformedInput
from worker.filter.evaluation.comments import CommentFile, read_comments


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "export.csv"
    path.write_bytes(text.encode(encoding))
    return path


def read(folder: Path, text: str) -> CommentFile:
    return read_comments(written(folder, text))


def test_columns_are_found_by_name_in_any_order(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "id,LABEL,date,author,url,text,post,email\n"
        "7,1,2010-07-29 21:04:31 -0100,A &amp; B,http://x.example/?a=1&amp;b=2,"
        '"Hello,\nyou &amp; I",Page,someone@mail.example\n',
    )
    (one,) = found.comments
    assert found.name == "export"
    assert one.text == "Hello,\nyou &amp; I"
    assert one.is_spam
    assert one.author == "A & B"
    assert one.url == "http://x.example/?a=1&b=2"
    assert one.at == datetime(2010, 7, 29, 22, 4, 31, tzinfo=UTC)
    assert one.post == "Page"
    assert "mail.example" not in repr(found)


@pytest.mark.parametrize(
    ("label", "is_spam"),
    [("1", True), ("0", False), ("spam", True), ("Ham", False), (" SPAM ", True)],
)
def test_labels_are_numbers_or_words(tmp_path: Path, label: str, is_spam: bool) -> None:
    found = read(tmp_path, f"text,label\nHello,{label}\n")
    assert [one.is_spam for one in found.comments] == [is_spam]


def test_mark_at_the_start_and_empty_lines_do_no_harm(tmp_path: Path) -> None:
    found = read(tmp_path, "\ufefftext,label\n\nHello,0\n\nBuy\u2028this,1\n")
    assert [one.text for one in found.comments] == ["Hello", "Buy\u2028this"]


def test_text_is_cut_to_what_a_comment_may_hold(tmp_path: Path) -> None:
    found = read(tmp_path, f"text,label\n{'x' * 30_000},1\n")
    assert len(found.comments[0].text) == 10_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("words,label\na,1\n", "export.csv, line 1: there is no column 'text'. Name"),
        ("", "export.csv, line 1: there is no column 'text'"),
        ("text,label\n", "export.csv: there is no comment in it"),
        ("text,label\na,0\nb,2\n", "line 3, column label: '2' is no label. Write 1"),
        ("text,label\n ,0\n", "line 2, column text: the comment is empty. Leave out"),
        ('text,label\n"a\nb",0\nc\n', "line 4: there are 1 cells for 2 columns."),
        ('text,label\n"a,0\n', "line 2: this is no CSV"),
        ("text,label,date\na,0,soon\n", "line 2, column date: 'soon' is no date. "),
    ],
)
def test_mistake_is_told_with_its_place_and_mend(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(MalformedInput) as raised:
        read(tmp_path, text)
    assert said in str(raised.value)


def test_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "text,label\na,0\ncaf\u00e9,0\n", "latin-1")
    with pytest.raises(MalformedInput, match=r"line 3: this is not UTF-8\. Save"):
        read_comments(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MalformedInput, match=r"none\.csv: it cannot be read: No such"):
        read_comments(tmp_path / "none.csv")


def test_address_in_the_wrong_column_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(MalformedInput) as raised:
        read(tmp_path, "text,label\nHello,someone@mail.example\n")
    assert "someone" not in str(raised.value)


def test_comments_come_by_date_only_if_all_have_one(tmp_path: Path) -> None:
    head = "text,label,date\nlate,1,2020-01-02\nearly,0,2020-01-01\n"
    dated = read(tmp_path, head)
    assert dated.is_dated
    assert [one.text for one in dated.in_order()] == ["early", "late"]
    partly = read(tmp_path, head + "never,1,\n")
    assert not partly.is_dated
    assert [one.text for one in partly.in_order()] == ["late", "early", "never"]
