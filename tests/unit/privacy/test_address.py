"""What counts as an e-mail address, and what is said of the rest."""

import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.privacy.address import (
    Address,
    BadAddress,
    Mistake,
    normal_address,
    parse_address,
)

CORPUS = Path(__file__).parents[3] / ".." / "shared" / "attack" / "email"
REQUIRED = os.environ.get("FOYER_TEST_REQUIRE", "")


def corpus(name: str) -> Any:
    path = CORPUS / name
    if not path.exists() and REQUIRED:
        pytest.fail(f"the corpus {name} is required but not there")
    if not path.exists():
        pytest.skip(f"the corpus {name} is not beside the project")
    return json.loads(path.read_text(encoding="utf-8"))


def mistake_of(text: str) -> Mistake | None:
    try:
        parse_address(text)
    except BadAddress as err:
        return err.mistake
    return None


@pytest.mark.parametrize(
    ("text", "normal", "canonical", "domain"),
    [
        pytest.param(
            "Ann.Lee+blog@EXAMPLE.org",
            "Ann.Lee+blog@example.org",
            "ann.lee+blog@example.org",
            "example.org",
            id="case",
        ),
        pytest.param(
            " ann@example.org\r\n",
            "ann@example.org",
            "ann@example.org",
            "example.org",
            id="white-space-around",
        ),
        pytest.param(
            "ann@bücher.example",
            "ann@bücher.example",
            "ann@xn--bcher-kva.example",
            "xn--bcher-kva.example",
            id="international-domain",
        ),
        pytest.param(
            "ann@XN--BCHER-KVA.example",
            "ann@bücher.example",
            "ann@xn--bcher-kva.example",
            "xn--bcher-kva.example",
            id="the-same-in-ascii",
        ),
        pytest.param(
            "U\u0308nal@example.org",
            "Ünal@example.org",
            "ünal@example.org",
            "example.org",
            id="composed",
        ),
        pytest.param(
            "moderator@demo.example",
            "moderator@demo.example",
            "moderator@demo.example",
            "demo.example",
            id="example-domain",
        ),
    ],
)
def test_address_is_normalised(
    text: str, normal: str, canonical: str, domain: str
) -> None:
    expected = Address(normal=normal, canonical=canonical, domain=domain)
    assert parse_address(text) == expected


def test_dots_and_tags_tell_people_apart() -> None:
    texts = ["ab@example.org", "a.b@example.org", "ab+c@example.org"]
    assert len({parse_address(text).canonical for text in texts}) == 3


def test_masked_address_keeps_one_letter() -> None:
    assert parse_address("ann@Example.org").masked == "a…@example.org"
    assert parse_address("ünal@bücher.example").masked == "ü…@xn--bcher-kva.example"


def test_sendable_address_has_an_ascii_domain() -> None:
    address = parse_address("Ann@bücher.example")
    assert address.sendable == "Ann@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        pytest.param("", Mistake.EMPTY, id="empty"),
        pytest.param(" \t\n", Mistake.EMPTY, id="white-space"),
        pytest.param("a" * 250 + "@b.de", Mistake.TOO_LONG, id="255-characters"),
        pytest.param("a@" + "b." * 5_000_000 + "org", Mistake.TOO_LONG, id="10-mb"),
        pytest.param(
            "ü" * 30 + "@" + "b" * 60 + "." + ("b" * 50 + ".") * 2 + "ü.org",
            None,
            id="many-bytes-but-not-too-many",
        ),
        pytest.param("ann", Mistake.NO_AT, id="no-at"),
        pytest.param("Ann <ann@example.org>", Mistake.NAME, id="name"),
        pytest.param('"ann lee"@example.org', Mistake.QUOTED, id="quoted"),
        pytest.param("ann lee@example.org", Mistake.SPACE, id="space"),
        pytest.param("ann@example.org\nBcc: x", Mistake.SPACE, id="line-break"),
        pytest.param("ann@[192.0.2.1]", Mistake.BRACKETS, id="brackets"),
        pytest.param("ann@lee@example.org", Mistake.MANY_AT, id="two-at"),
        pytest.param("@example.org", Mistake.NO_LOCAL, id="nothing-before"),
        pytest.param("ann@", Mistake.NO_DOMAIN, id="nothing-after"),
        pytest.param(".ann@example.org", Mistake.DOTS, id="dot-first"),
        pytest.param("ann.@example.org", Mistake.DOTS, id="dot-before-at"),
        pytest.param("ann@example..org", Mistake.DOTS, id="two-dots"),
        pytest.param("ann@example.org.", Mistake.DOTS, id="dot-last"),
        pytest.param("a" * 65 + "@example.org", Mistake.LONG_LOCAL, id="long-local"),
        pytest.param("ann@localhost", Mistake.RESERVED, id="localhost"),
        pytest.param("ann@mail.localhost", Mistake.RESERVED, id="under-localhost"),
        pytest.param("ann@demo.test", Mistake.RESERVED, id="test"),
        pytest.param("ann@DEMO.INVALID", Mistake.RESERVED, id="invalid"),
        pytest.param("ann@intranet", Mistake.SHORT_DOMAIN, id="no-ending"),
        pytest.param("ann@192.0.2.1", Mistake.BAD_DOMAIN, id="number"),
        pytest.param("ann@-example.org", Mistake.BAD_DOMAIN, id="hyphen"),
        pytest.param("ann@exa_mple.org", Mistake.BAD_DOMAIN, id="underscore"),
        pytest.param("ann@\ud800.org", Mistake.BAD_DOMAIN, id="surrogate-after"),
        pytest.param("an(n@example.org", Mistake.BAD_LOCAL, id="parenthesis"),
        pytest.param("an\0n@example.org", Mistake.BAD_LOCAL, id="nul"),
        pytest.param("an\u202en@example.org", Mistake.BAD_LOCAL, id="turned-text"),
        pytest.param("an\ud800n@example.org", Mistake.BAD_LOCAL, id="surrogate"),
    ],
)
def test_mistake_is_named(text: str, mistake: Mistake | None) -> None:
    assert mistake_of(text) is mistake


def test_length_counts_in_bytes_as_mail_servers_do() -> None:
    domain = ".".join(["b" * 60] * 3) + ".org"
    assert mistake_of("a" * 64 + "@" + domain) is None
    assert len("ü" * 32 + "@b" + domain) < 254
    longer = "ü" * 32 + "@" + "b" * 3 + "." + domain
    assert mistake_of(longer) is Mistake.TOO_LONG


def test_refusal_carries_nothing_of_the_library_error() -> None:
    with pytest.raises(BadAddress) as caught:
        parse_address("secret\u202e@example.org")
    assert caught.value.__context__ is None
    assert caught.value.args == (Mistake.BAD_LOCAL.value,)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Z", "C", "M"])))
def test_any_text_is_an_address_or_a_named_mistake(text: str) -> None:
    mistake_of(text)


@given(
    st.text(st.characters(), min_size=1, max_size=20),
    st.text(st.characters(), min_size=1, max_size=20),
)
def test_any_two_parts_are_an_address_or_a_named_mistake(a: str, b: str) -> None:
    mistake_of(f"{a}@{b}.org")


@given(st.emails())
def test_normal_form_is_a_fixed_point(text: str) -> None:
    try:
        address = parse_address(text)
    except BadAddress:
        return
    assert parse_address(address.normal) == address
    assert parse_address(address.sendable) == address


@given(st.text(st.characters(categories=["L"]), min_size=1, max_size=15))
def test_case_and_composition_do_not_count_when_comparing(local: str) -> None:
    if mistake_of(f"{local}@example.org"):
        return
    canonical = parse_address(f"{local}@example.org").canonical
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize(form, local)
        assert parse_address(f"{other}@EXAMPLE.org").canonical == canonical
    if local.isascii():
        assert parse_address(f"{local.upper()}@example.org").canonical == canonical


@pytest.mark.parametrize(
    "name",
    [
        "fuzzdb_invalid.json",
        "fuzzdb_valid.json",
        "python_email_validator_inputs.json",
    ],
)
def test_hostile_address_is_an_address_or_a_named_mistake(name: str) -> None:
    for text in corpus(name):
        if mistake_of(text):
            continue
        address = parse_address(text)
        assert parse_address(address.normal) == address
        assert parse_address(address.sendable) == address


# What RFC 5321 allows and a comment form does not take.
NARROWER = {Mistake.QUOTED, Mistake.BRACKETS}


@pytest.mark.parametrize("name", ["jsonschema_email.json", "jsonschema_idn-email.json"])
def test_schema_suite_is_agreed_with_but_for_what_is_not_taken(name: str) -> None:
    for case in corpus(name)[0]["tests"]:
        if not isinstance(case["data"], str):
            continue
        mistake = mistake_of(case["data"])
        if {unicodedata.category(letter) for letter in case["data"]} & {"Cc", "Cn"}:
            # RFC 6532 allows C1 controls and noncharacters; nobody types them.
            assert mistake is not None, case["description"]
        elif case["valid"]:
            assert mistake is None or mistake in NARROWER, case["description"]
        else:
            assert mistake is not None, case["description"]


@pytest.mark.parametrize(
    "text",
    [
        *("ana@example.org", "Ana.Lima+tag@Example.ORG", "o'hara_1@a-b.example.co"),
        *("ana@xn--mnchen-3ya.example", "ana@münchen.example", "straße@example.org"),
    ],
)
def test_address_is_known_again_by_its_normal_form(text: str) -> None:
    address = parse_address(text)
    assert normal_address(address.normal) == address
