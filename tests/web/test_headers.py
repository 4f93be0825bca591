"""Every answer carries the headers that its kind needs."""

import pytest

from tests.db.acts import Acts
from tests.web.public.reader import API, BROWSER, GOOD, House, Reader

PAGES = ["/", "/login", "/nothing"]
DATA = [f"{API}/thread?page=/a", f"{API}/nothing", "/openapi.json", "/healthz"]


@pytest.mark.parametrize("path", [*PAGES, *DATA, "/static/page.css"])
def test_every_answer_is_closed_to_tricks(reader: Reader, path: str) -> None:
    headers = reader.get(path, BROWSER if path in PAGES else "*/*").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Server" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_pages_run_no_strange_script_and_are_kept_by_nobody(
    reader: Reader, path: str
) -> None:
    answer = reader.browse(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "form-action 'self';" in policy
    assert "base-uri 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    for word in ("style=", "<script", " onclick", "javascript:"):
        assert word not in answer.text


@pytest.mark.parametrize("path", DATA)
def test_data_can_be_read_by_blogs_and_is_never_a_page(
    reader: Reader, path: str
) -> None:
    headers = reader.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_styles_may_be_kept_for_a_while(reader: Reader) -> None:
    assert "max-age=300" in reader.get("/static/page.css").headers["Cache-Control"]


def test_behind_https_browsers_are_told_to_stay_there(house: House, acts: Acts) -> None:
    assert acts.site.key == "blog"
    reader = house.reader(base_url="https://comments.example")
    for path in ("/", f"{API}/thread?page=/a"):
        answer = reader.client.get(path, base_url="https://comments.example")
        assert "max-age=" in answer.headers["Strict-Transport-Security"]


def test_only_the_form_page_may_lead_to_the_blog(reader: Reader) -> None:
    form = reader.send_form(GOOD | {"email": ""})
    assert "https://blog.example" in form.headers["Content-Security-Policy"]
    for path in PAGES:
        policy = reader.browse(path).headers["Content-Security-Policy"]
        assert "https://blog.example" not in policy
