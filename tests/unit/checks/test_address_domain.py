"""The domain of the address."""

import pytest

from service.domain.findings import weigh
from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import comment
from worker.checks.address_domain import address_domain


def _said(domain: str, resolves: bool | None = None) -> float:
    known = {"email_domain": domain, "email_domain_resolves": resolves}
    said = address_domain(comment(known=known))
    return said.log_odds if said else 0.0


@pytest.mark.parametrize(
    ("domain", "resolves"),
    [
        pytest.param("", None, id="no address"),
        pytest.param("", False, id="no address, no mail"),
        pytest.param("mail.blog.de", None, id="nobody asked"),
        pytest.param("mail.blog.de", True, id="takes mail"),
        pytest.param("notmailinator.com", True, id="ends like a throw-away one"),
        pytest.param("contest.de", True, id="ends like a special one"),
    ],
)
def test_usable_domain_says_nothing(domain: str, resolves: bool | None) -> None:
    assert _said(domain, resolves) == 0.0


@pytest.mark.parametrize(
    ("domain", "resolves"),
    [
        pytest.param("mail.blog.de", False, id="takes no mail"),
        pytest.param("mailinator.com", True, id="throw-away"),
        pytest.param("box.mailinator.com", None, id="below a throw-away one"),
        pytest.param("YOPMAIL.com.", None, id="capitals and a dot at the end"),
        pytest.param("host.invalid", None, id="invalid"),
        pytest.param("hidden.onion", None, id="onion"),
        pytest.param("server.internal", None, id="internal"),
        pytest.param("localhost", None, id="one label"),
        pytest.param("[192.0.2.1]", None, id="IPv4 literal"),
        pytest.param("[ipv6:2001:db8::1]", None, id="IPv6 literal"),
        pytest.param("192.0.2.1", None, id="bare number"),
    ],
)
def test_unusable_domain_speaks_against(domain: str, resolves: bool | None) -> None:
    assert _said(domain, resolves) == 1.5


def test_domains_for_documentation_speak_against_a_little() -> None:
    assert 0 < _said("example.com", False) < 0.5


def test_domain_alone_never_holds() -> None:
    known = {"email_domain": "mailinator.com", "email_domain_resolves": False}
    said = address_domain(comment(known=known))
    assert said is not None
    assert weigh([said], SitePolicy()).status is Status.PUBLISHED


def test_reason_names_the_domain() -> None:
    said = address_domain(comment(known={"email_domain": "mailinator.com"}))
    assert said is not None
    assert said.reason == "The address is a throw-away box at mailinator.com."
