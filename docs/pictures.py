"""Take the README's picture of the queue page from the running program.

Usage: ``.venv/bin/python docs/pictures.py`` (needs a Chromium; writes docs/queue.png).
"""

import http.client
import json
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.needs import browser
from tests.running import Running

HERE = Path(__file__).parent
SETTLED_SECONDS = 20.0

COMMENTS = (
    {
        "name": "Marek Nowak",
        "email": "marek@example.org",
        "comment": "Rye, fed at seven every evening, and it has never failed me. "
        "The *float test* tells you when: a spoonful swims if it is ready.",
    },
    {
        "name": "Ingrid",
        "email": "ingrid@example.net",
        "website": "https://ingrid.example.net/garden",
        "comment": "Ours smelt of wet hay for a week. I wrote down what helped at "
        "[my notes](https://notes.example.net/starter), "
        "[part two](https://notes.example.net/starter-2) and "
        "<a href='https://bit.ly/3xyz'>here</a>.",
    },
    {
        "name": "cheap loans online fast",
        "email": "offer@example.com",
        "website": "https://loans.example.com/apply",
        "comment": 'Great post! <a href="https://loans.example.com/apply">loans</a> '
        "[url=https://loans.example.com/now]apply now[/url] https://bit.ly/2abc",
    },
    {
        "name": "Tomás",
        "email": "tomas@example.org",
        "comment": "Does the snakeoil starter kit from the market do anything at all?",
    },
)


def _send(port: int, fields: dict[str, str]) -> None:
    body = json.dumps({"page": "/demo/", "title": "A jar of sourdough", **fields})
    connection = http.client.HTTPConnection("localhost", port)
    path = "/api/v1/sites/demo/comments"
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    connection.getresponse().read()
    connection.close()


def _count(port: int) -> int:
    connection = http.client.HTTPConnection("localhost", port)
    connection.request("GET", "/api/v1/sites/demo/counts?page=/demo/")
    count: int = json.load(connection.getresponse())["counts"]["/demo/"]
    connection.close()
    return count


def _settle(port: int) -> None:
    until = time.monotonic() + SETTLED_SECONDS
    while not _count(port) and time.monotonic() < until:
        time.sleep(0.2)
    # The published one came first; the others are checked by the same task.
    time.sleep(2)


def main() -> None:
    """Start the program, send comments, sign in, and take the picture."""
    chromium = browser()
    if chromium is None:
        sys.exit("No Chromium was found; name one by CHROMIUM=…")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        product = Running(Path(folder))
        product.start()
        try:
            product.command("list", "add", "hold", "snakeoil")
            for fields in COMMENTS:
                _send(product.port, fields)
            _settle(product.port)
            window = playwright.chromium.launch(
                executable_path=str(chromium), args=["--no-sandbox", "--disable-gpu"]
            ).new_page(viewport={"width": 900, "height": 860}, color_scheme="light")
            window.goto(product.sign_in_link)
            window.get_by_role("button").last.click()
            window.goto(f"{product.base_url}/queue")
            window.screenshot(path=HERE / "queue.png")
        finally:
            product.stop()


if __name__ == "__main__":
    main()
