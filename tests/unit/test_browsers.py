"""Of a user agent, the family alone is known."""

import pytest

from service.web.moderation.browsers import family_of

_LIKE = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox/Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {_LIKE} Chrome/1 Safari/1", "Chrome/Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {_LIKE} Chrome/1 Safari/1 Edg/1",
            "Edge/Windows",
        ),
        (f"Mozilla/5.0 (Linux; Android 15) {_LIKE} Chrome/1", "Chrome/Android"),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) {_LIKE} Safari/604",
            "Safari/iOS",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Safari/605", "Safari/macOS"),
        ("curl/8.5.0", ""),
        ("Something (Windows)", "Windows"),
        ("", ""),
    ],
)
def test_family(agent: str, family: str) -> None:
    assert family_of(agent) == family


def test_only_the_beginning_is_looked_at() -> None:
    assert family_of("x" * 600 + "Firefox/1") == ""
