"""What all checks promise, whatever they are given."""

import json
import math
import re
from datetime import UTC

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.check_names import CHECK_MODES, CHECK_NAMES, FIXED, CheckMode
from service.domain.checking import (
    Alike,
    CheckInput,
    Evidence,
    Link,
    ListHit,
    Page,
    Reading,
    Tally,
)
from service.domain.findings import LOG_ODDS_LIMIT, Finding, weigh
from service.domain.outside import OutsideAnswer
from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import comment
from worker.checks.registry import CHECKS, findings_of

ADDRESS = re.compile(r"[^\s@]@[^\s@]")

TEXT = st.text(max_size=60)
SPIKED = st.one_of(
    TEXT,
    st.sampled_from(
        [
            "eve@mail.example",
            "Eve Smith eve@mail.example buy now",
            "http://[::1/",
            "https://eve:pw@mail.example/a?b=c",
            "www.shop.com",
            "{a|b}{c|d}{e|f}",
            "@" * 50,
            "[192.0.2.1]",
            "\u202e\u200b\x00",
        ]
    ),
)
COUNT = st.integers(0, 2**53)
FADED = st.floats(0, 2**53)
TALLIES = st.builds(
    Tally,
    published=COUNT,
    spam=COUNT,
    trashed=COUNT,
    faded_published=FADED,
    faded_spam=FADED,
)
LINKS = st.builds(
    Link,
    url=SPIKED,
    host=SPIKED,
    label=SPIKED,
    markup=st.sampled_from(["bare", "markdown", "html", "bbcode"]),
)
READINGS = st.builds(
    Reading,
    name=SPIKED,
    website=SPIKED,
    website_host=SPIKED,
    text=SPIKED,
    words=st.lists(SPIKED, max_size=12).map(tuple),
    links=st.lists(LINKS, max_size=5).map(tuple),
    hosts=st.lists(SPIKED, max_size=5).map(tuple),
    normal_hash=TEXT,
    bands=st.just(()),
    markers=st.frozensets(
        st.one_of(TEXT, st.sampled_from(["zero-width", "mixed-script", "bidi"]))
    ),
)
EVIDENCE = st.builds(
    Evidence,
    policy=st.builds(
        SitePolicy,
        mode=st.sampled_from(["all", "new", "doubtful"]),
        origins=st.lists(SPIKED, max_size=2).map(tuple),
    ),
    list_hits=st.lists(
        st.builds(ListHit, list_name=SPIKED, field=SPIKED, pattern=SPIKED), max_size=3
    ).map(tuple),
    alike=st.builds(
        Alike,
        same=COUNT,
        same_other_pages=COUNT,
        near=COUNT,
        spam=COUNT,
        near_today=COUNT,
        copied=COUNT,
        copied_here=COUNT,
        nearly_copied=COUNT,
    ),
    known_hosts=st.frozensets(SPIKED, max_size=2),
    site_seen=COUNT,
    page=st.builds(Page, title=SPIKED, texts=st.lists(SPIKED, max_size=3).map(tuple)),
    proven_published=COUNT,
    address_tally=TALLIES,
    network_tally=TALLIES,
    host_tallies=st.dictionaries(SPIKED, TALLIES, max_size=3),
    email_domain=SPIKED,
    email_domain_resolves=st.none() | st.booleans(),
    outside=st.dictionaries(
        st.sampled_from(["akismet", "custom"]),
        st.builds(
            OutsideAnswer,
            said=st.sampled_from(["spam", "blatant", "good", "score", "", "odd"]),
            log_odds=st.floats(-6, 6),
            reason=SPIKED,
        ),
    ),
)
INPUTS = st.builds(
    CheckInput,
    reading=READINGS,
    evidence=EVIDENCE,
    origin=st.sampled_from(["own", "registered", "null", "absent"]),
    token=st.sampled_from(["good", "missing", "forged", "foreign"]),
    token_age_seconds=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    trap_filled=st.booleans(),
    via=st.sampled_from(["json", "form"]),
    is_reply=st.booleans(),
    received_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)


def _findings(given_input: CheckInput) -> list[Finding]:
    said = ((check.name, check.run(given_input)) for check in CHECKS)
    findings = [(name, finding) for name, finding in said if finding is not None]
    assert all(name == finding.check for name, finding in findings)
    return [finding for _, finding in findings]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(INPUTS)
def test_checks_survive_anything_and_show_no_address(given_input: CheckInput) -> None:
    for finding in _findings(given_input):
        assert math.isfinite(finding.log_odds)
        assert abs(finding.log_odds) <= LOG_ODDS_LIMIT
        assert len(finding.reason.strip(" .")) > 0
        assert finding.reason.endswith(".")
        assert len(finding.reason) <= 2_000
        shown = finding.reason + json.dumps(dict(finding.detail), allow_nan=False)
        assert not ADDRESS.search(shown)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(INPUTS)
def test_same_input_gives_the_same_findings(given_input: CheckInput) -> None:
    assert _findings(given_input) == _findings(given_input)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(INPUTS)
def test_no_check_but_a_list_calls_spam_alone(given_input: CheckInput) -> None:
    for finding in _findings(given_input):
        if finding.check != "lists":
            assert weigh([finding], SitePolicy()).status is not Status.SPAM


def test_names_are_distinct() -> None:
    names = [check.name for check in CHECKS]
    assert len(names) == len(set(names))


def test_sites_can_set_the_mode_of_every_check_there_is() -> None:
    assert list(CHECK_NAMES) == [check.name for check in CHECKS]
    assert set(FIXED) <= set(CHECK_NAMES)


@pytest.mark.parametrize("mode", CHECK_MODES)
def test_check_runs_in_the_mode_that_the_site_gave_it(mode: CheckMode) -> None:
    spam = Alike(same=3, same_other_pages=3, spam=3)
    policy = SitePolicy(checks={"repeats": mode})
    found = findings_of(comment(known={"alike": spam, "policy": policy}), CHECKS)
    said = {finding.check: finding.mode for finding in found}
    assert said.pop("repeats", "off") == mode
    assert set(said.values()) <= {"on"}


def test_ordinary_comment_of_a_stranger_is_published() -> None:
    findings = _findings(comment())
    assert weigh(findings, SitePolicy()).status is Status.PUBLISHED


@pytest.mark.parametrize(
    "sign",
    ["{", "{a|", "@", "a@", "www.", "a.", "http://", "-", "x" * 300 + ".", "\u200b"],
)
def test_longest_texts_take_no_time_to_speak_of(sign: str) -> None:
    """Patterns are bounded: none of these may back-track for seconds."""
    long = (sign * 10_000)[:10_000]
    read = {"text": long, "name": long, "website": long, "website_host": long}
    links = (Link(url=long, host=long, label=long, markup="html"),) * 20
    known = {
        "email_domain": long,
        "list_hits": (ListHit(list_name="hold", field="text", pattern=long),),
        "page": Page(title=long[:300], texts=(long[:400],) * 3),
    }
    _findings(comment({**read, "links": links, "hosts": (long,)}, known))
