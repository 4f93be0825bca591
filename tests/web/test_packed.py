"""Pages, styles and scripts come packed to who takes that."""

from gzip import decompress

import pytest
from flask.testing import FlaskClient

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize("path", ["/static/queue.css", "/static/queue/live.js"])
def test_file_comes_packed_and_is_asked_about_by_its_tag(
    client: FlaskClient, path: str
) -> None:
    plain = client.get(path, buffered=True)
    packed = client.get(path, headers=GZIP, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    tag = packed.headers["ETag"]
    assert tag == f"W/{plain.headers['ETag']}"
    again = client.get(path, headers=GZIP | {"If-None-Match": tag}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


def test_length_of_a_page_tells_nothing_to_the_byte(client: FlaskClient) -> None:
    answers = [client.get("/login", headers=GZIP) for _ in range(20)]
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert b"password" in decompress(answers[0].data)
    assert len({len(answer.data) for answer in answers}) > 3


@pytest.mark.parametrize(
    "accepted", ["identity", "gzip;q=0", "br"], ids=["none", "refused", "another"]
)
def test_who_does_not_take_it_gets_it_plain(client: FlaskClient, accepted: str) -> None:
    answer = client.get("/login", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers
    assert b"password" in answer.data


def test_public_pages_and_data_are_left_to_the_front(client: FlaskClient) -> None:
    for path in ("/demo/", "/openapi.json"):
        assert "Content-Encoding" not in client.get(path, headers=GZIP).headers
