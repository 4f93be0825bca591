"""JSON bodies are read strictly, and refusals name the mistake."""

import contextlib
import gc
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.errors import MalformedInput
from service.text.bodies import MAX_INTEGER, parse_json_array, parse_json_object
from tests.unit.text.corpora import attack_folder

NOT_ACCEPTED_HERE = "body is an array|body is a single value|occurs twice|deeper than"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param(b"{}", {}, id="empty-object"),
        pytest.param(b' {"a": "b"}\r\n', {"a": "b"}, id="spaces"),
        pytest.param(b'\xef\xbb\xbf{"a":1}', {"a": 1}, id="byte-order-mark"),
        pytest.param('{"ä":"日"}'.encode(), {"ä": "日"}, id="utf-8"),
        pytest.param(b'{"a":"\\ud83d\\ude00"}', {"a": "\U0001f600"}, id="pair"),
        pytest.param(b'{"a":"\\ud83d"}', {"a": "\ud83d"}, id="lone-surrogate-passes"),
        pytest.param(b'{"a":"\\u0000"}', {"a": "\x00"}, id="nul-passes"),
        pytest.param(
            b'{"a":9007199254740991}', {"a": MAX_INTEGER}, id="largest-integer"
        ),
        pytest.param(
            b'{"a":-9007199254740991}', {"a": -MAX_INTEGER}, id="smallest-integer"
        ),
        pytest.param(
            b'{"a":[true,false,null,1.5]}', {"a": [True, False, None, 1.5]}, id="values"
        ),
        pytest.param(b'{"a":1e-999}', {"a": 0.0}, id="tiny-float"),
    ],
)
def test_objects_are_read(raw: bytes, value: dict[str, object]) -> None:
    assert parse_json_object(raw) == value


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        pytest.param(b"", "body is empty", id="empty"),
        pytest.param(b" \n", "body is empty", id="blank"),
        pytest.param(b"\xef\xbb\xbf", "body is empty", id="only-mark"),
        pytest.param(b'{"a":"\xff"}', "Byte 6 .* not UTF-8", id="not-utf-8"),
        pytest.param(b'{"a":"\xed\xa0\x80"}', "not UTF-8", id="cesu"),
        pytest.param('{"a":1}'.encode("utf-16"), "not UTF-8", id="utf-16"),
        pytest.param(b"[]", "body is an array", id="array"),
        pytest.param(b'"a"', "body is a single value", id="string"),
        pytest.param(b"null", "body is a single value", id="null"),
        pytest.param(b'{"a":1} x', "nothing behind it", id="trailing"),
        pytest.param(b'{"a":1}{"a":1}', "nothing behind it", id="two"),
        pytest.param(b'{"a":1}\x00', "nothing behind it", id="trailing-nul"),
        pytest.param(b'{"a":', "line 1, column 6", id="cut"),
        pytest.param(b"{'a':1}", "not JSON", id="single-quotes"),
        pytest.param(b'{"a":"\n"}', "not JSON", id="raw-newline-in-string"),
        pytest.param(b'{"a":NaN}', "NaN is not JSON", id="nan"),
        pytest.param(b'{"a":Infinity}', "Infinity is not JSON", id="infinity"),
        pytest.param(b'{"a":-Infinity}', "-Infinity is not JSON", id="minus"),
        pytest.param(b'{"a":1,"a":2}', "key 'a' occurs twice", id="twice"),
        pytest.param(b'{"x":{"a":1,"b":0,"a":1}}', "'a' occurs twice", id="inner"),
        pytest.param(b'{"a":1,"\\u0061":2}', "occurs twice", id="escaped-twice"),
        pytest.param(b'{"a":9007199254740992}', "too large", id="integer"),
        pytest.param(b'{"a":-9007199254740992}', "too large", id="minus-integer"),
        pytest.param(b'{"a":1' + b"0" * 400 + b"}", r"10+\.\.\. is", id="10^400"),
        pytest.param(b'{"a":' + b"9" * 200_000 + b"}", "too large", id="digits"),
        pytest.param(b'{"a":1e999}', "too large", id="float"),
        pytest.param(b'{"a":-1e999}', "too large", id="minus-float"),
        pytest.param(b'{"a":' * 9 + b"1" + b"}" * 9, "deeper than 8", id="objects"),
        pytest.param(b'{"a":' + b"[" * 8 + b"]" * 8 + b"}", "deeper than 8", id="nine"),
        pytest.param(b"[" * 100_000, "deeper than 8", id="100000-open"),
        pytest.param(b'{"a":' * 50_000, "deeper than 8", id="50000-open"),
        pytest.param(b"[" * 900 + b"]" * 900, "an array|deeper", id="900-closed"),
    ],
)
def test_refusals_name_the_mistake(raw: bytes, message: str) -> None:
    with pytest.raises(MalformedInput, match=message):
        parse_json_object(raw)


@pytest.mark.parametrize("depth", range(1, 9))
def test_depth_counts_the_outer_object(depth: int) -> None:
    inner = b"[" * (depth - 1) + b"]" * (depth - 1) or b"1"
    raw = b'{"a":' + inner + b"}"
    assert parse_json_object(raw, max_depth=depth)
    if depth > 1:
        with pytest.raises(MalformedInput, match=f"deeper than {depth - 1} levels"):
            parse_json_object(raw, max_depth=depth - 1)


def test_messages_stay_short_and_show_no_half_character() -> None:
    key = "\\ud800" + "k" * 5_000
    with pytest.raises(MalformedInput) as caught:
        parse_json_object(f'{{"{key}":1,"{key}":2}}'.encode())
    assert len(str(caught.value).encode()) < 200


def test_json_test_suite_is_judged_right() -> None:
    files = sorted((attack_folder("json") / "nst").glob("*.json"))
    assert files
    for file in files:
        verdict = file.name[0]
        try:
            parse_json_object(file.read_bytes())
        except MalformedInput as err:
            if verdict == "y":
                with pytest.raises(MalformedInput, match=NOT_ACCEPTED_HERE):
                    raise err from None
        else:
            assert verdict != "n", file.name


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_any_bytes_are_an_object_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(MalformedInput):
        assert isinstance(parse_json_object(raw), dict)


def _seconds(raw: bytes) -> float:
    start = time.thread_time()
    with contextlib.suppress(MalformedInput):
        parse_json_object(raw)
    return time.thread_time() - start


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [
        (b'{"a":[', b"[],", b"1]}"),
        (b'{"a":"', b'\\"', b""),
        (b"", b'[{"a":', b""),
        (b'{"a":', b"9", b"}"),
    ],
    ids=["wide", "unterminated", "mixed", "digits"],
)
def test_time_grows_no_faster_than_a_body(
    before: bytes, unit: bytes, after: bytes
) -> None:
    # The collector walks all that other tests left behind: time that is not the body's.
    gc.collect()
    gc.disable()
    try:
        short, long = (
            min(_seconds(before + unit * times + after) for _ in range(5))
            for times in (8_000, 80_000)
        )
    finally:
        gc.enable()
    # Ten times the body: linear takes 10 times as long, quadratic 100 times.
    assert long < 40 * max(short, 1e-5)


def test_arrays_are_read() -> None:
    assert parse_json_array(b'["/a", 1, null]') == ["/a", 1, None]
    assert parse_json_array(b"[]") == []


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{}", "no array"),
        (b'"/a"', "no array"),
        (b"", "empty"),
        (b"[1] 2", "not JSON"),
        (b"[" * 9 + b"]" * 9, "deeper"),
        (b"[" * 100_000, "deeper"),
        (b'["\xff"]', "not UTF-8"),
        (b"[NaN]", "NaN"),
    ],
)
def test_what_is_no_array_is_refused(raw: bytes, message: str) -> None:
    with pytest.raises(MalformedInput, match=message):
        parse_json_array(raw)
