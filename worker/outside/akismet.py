"""The API of Akismet, as far as a check needs it; others speak it, too.

Facts of the protocol: akismet.com/developers, and the plugin that WordPress brings.
"""

from collections.abc import Mapping
from importlib.metadata import version
from urllib.parse import urlencode

from service.domain.outside import OutsideAnswer
from service.operations.outside.facts import Errand, Facts
from worker.outside.client import NoAnswer, OutsideClient, Reply

_AGENT = f"Foyer/{version('foyer')} | Foyer/{version('foyer')}"
_HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
    "User-Agent": _AGENT,
}
_LEAST_PAUSE, _MOST_PAUSE = 60.0, 86_400.0
# Seconds: what a service may ask for as the time until it is asked again.


def ask(client: OutsideClient, errand: Errand) -> OutsideAnswer:
    """What the service calls the comment.

    :raises NoAnswer: if it says neither spam nor good.
    """
    reply = _call(client, errand, "comment-check", _fields(errand.facts))
    said = _text(reply)
    again = reply.headers.get("x-akismet-recheck-after")
    if again is not None:
        raise NoAnswer("later", _pause(again))
    if said == "true":
        is_blatant = reply.headers.get("x-akismet-pro-tip") == "discard"
        return OutsideAnswer(said="blatant" if is_blatant else "spam")
    if said == "false":
        return OutsideAnswer(said="good")
    raise NoAnswer("key" if said == "invalid" else "nonsense")


def report(client: OutsideClient, errand: Errand) -> None:
    """Tell the service what people say of the comment.

    :raises NoAnswer: if it does not take that.
    """
    call = "submit-spam" if errand.wanted == "spam" else "submit-ham"
    if _text(_call(client, errand, call, _fields(errand.facts))) == "invalid":
        raise NoAnswer("key")


def verify(client: OutsideClient, url: str, key: str, blog: str) -> None:
    """Pass if the service takes the key.

    :raises NoAnswer: if not.
    """
    fields = {"key": key, "api_key": key, "blog": blog}
    said = _text(client.post(f"{url}/1.1/verify-key", _form(fields), _HEADERS))
    if said != "valid":
        raise NoAnswer("key" if said == "invalid" else "nonsense")


def _call(
    client: OutsideClient, errand: Errand, call: str, fields: Mapping[str, str]
) -> Reply:
    if not errand.secret:
        raise NoAnswer("no-key")
    if not errand.facts.client_ip:
        # The protocol asks for it, and an invented one would teach nonsense.
        raise NoAnswer("no-origin")
    body = _form({"api_key": errand.secret, **fields})
    return client.post(f"{errand.policy.akismet_url}/1.1/{call}", body, _HEADERS)


def _fields(facts: Facts) -> dict[str, str]:
    """What the service is told; the same for a question and for a report."""
    told = {
        "blog": facts.blog,
        "user_ip": facts.client_ip,
        "user_agent": facts.agent,
        "permalink": facts.permalink,
        "comment_type": "reply" if facts.is_reply else "comment",
        "comment_author": facts.name,
        "comment_author_email": facts.email,
        "comment_author_url": facts.website,
        "comment_content": facts.text,
        "comment_date_gmt": f"{facts.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "blog_charset": "UTF-8",
    }
    return {name: value for name, value in told.items() if value}


def _form(fields: Mapping[str, str]) -> bytes:
    return urlencode(fields, errors="replace").encode("ascii")


def _text(reply: Reply) -> str:
    return reply.body[:200].decode("utf-8", "replace").strip()


def _pause(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    # A comparison that also fails for what is no number at all.
    return min(_MOST_PAUSE, seconds) if seconds >= _LEAST_PAUSE else _LEAST_PAUSE
