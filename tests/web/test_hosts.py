"""Only requests for this service's own name are answered."""

import pytest

from tests.web.public.reader import API, House, Reader

BROWSER = {"Accept": "text/html"}


@pytest.mark.parametrize(
    "host",
    ["localhost:8000", "localhost", "127.0.0.1:8000", "LOCALHOST:9000", "[::1]:8000"],
)
def test_loopback_names_are_always_known(reader: Reader, host: str) -> None:
    answer = reader.client.get(f"{API}/thread?page=/a", headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "127.0.0.2",
        "[::2]",
        "[",
        "",
        "a b",
    ],
)
@pytest.mark.parametrize("path", [f"{API}/thread?page=/a", "/", "/static/page.css"])
def test_unknown_name_is_refused(reader: Reader, host: str, path: str) -> None:
    answer = reader.client.get(path, headers={"Host": host})
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert "FOYER_BASE_URL" in answer.get_json()["detail"]
    page = reader.client.get(path, headers={"Host": host, **BROWSER})
    assert (page.status_code, page.mimetype) == (400, "text/html")
    assert host not in page.text or host in {"", "a b", "["}


def test_name_of_the_base_url_is_known(house: House) -> None:
    reader = house.reader(base_url="https://comments.example:8443")
    for host, code in (
        ("comments.example:8443", 200),
        ("Comments.Example", 200),
        ("other.example", 400),
        ("127.0.0.1:8000", 200),
    ):
        answer = reader.client.get("/", headers={"Host": host})
        assert answer.status_code == code, host
