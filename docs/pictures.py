"""Take a picture of every page from the running program.

Usage: ``.venv/bin/python docs/pictures.py [NAME …]`` (needs a Chromium; writes
docs/pictures/NAME.webp, all of them when none is named). Each picture is one sheet: the
page light and dark, on a wide screen and on a phone.
"""

import base64
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.journey.moderating import send, sign_in_by_link
from tests.journey.tour import BEHIND_A_PROXY, Stop, furnish, stops
from tests.needs import browser
from tests.running import Running, running

HERE = Path(__file__).parent / "pictures"
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 860}
SCHEMES = ("light", "dark")
QUALITY = 55
SETTLED_SECONDS = 20
_DAYS = count(3)
"""Of 100; letters stay clear, and all pictures together stay small."""

MORE = (
    {
        "name": "Hana Kovář",
        "email": "hana@example.org",
        "comment": "Mine doubled in four hours at 26 °C. With *whole* rye it was "
        "even quicker, and no snakeoil in it.",
    },
    {
        "name": "أمينة",
        "email": "amina@example.org",
        "comment": "شكرا على المقال! جربت الوصفة مع دقيق القمح الكامل ونجحت من أول "
        "مرة، لكن هل snakeoil ضروري؟",
    },
    {
        "name": "O. Lindqvist",
        "email": "lindqvist@example.net",
        "website": "https://lindqvist.example.net",
        "comment": "You forgot the salt. Two percent of the flour, always.\n\n"
        "1. weigh the flour\n2. weigh the salt\n3. only then the water\n\n"
        "Anything else is snakeoil.",
    },
    {
        "name": "Priya",
        "email": "priya@example.org",
        "comment": "Does it keep in the fridge while we are away for two weeks?",
    },
)
SHEET = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 14px; background: #8b919a; display: grid; gap: 14px;
  grid-template-columns: 714px 218px }}
img {{ display: block; width: 100%; border-radius: 5px }}
</style>{shots}"""
SHEET_SIZE = {"width": 974, "height": 1002}


@contextmanager
def _window(chromium: Browser, state: Any, **look: Any) -> Iterator[Page]:
    context = chromium.new_context(storage_state=state, **look)
    try:
        yield context.new_page()
    finally:
        context.close()


def _webp(page: Page, quality: int) -> bytes:
    # Playwright's own call knows no WebP, the browser does.
    session = page.context.new_cdp_session(page)
    taken = session.send(
        "Page.captureScreenshot", {"format": "webp", "quality": quality}
    )
    return base64.b64decode(taken["data"])


def _write(page: Page, email: str) -> None:
    # Another text each time: what was said before would not be told to be one's own.
    said = f"Rye wants patience, and {next(_DAYS)} days of it."
    page.get_by_role("textbox", name="Comment").fill(said)
    page.get_by_role("textbox", name="Name").fill("Ana")
    page.get_by_role("textbox", name="Email").fill(email)
    page.get_by_role("button", name="Post Comment").click()
    page.wait_for_load_state("networkidle")


def _with_mistakes(page: Page) -> None:
    # Browsers take this address, and the program says what is wrong with it.
    _write(page, "ana@example")


def _sent(page: Page) -> None:
    _write(page, "ana@example.org")
    for _ in range(SETTLED_SECONDS):
        if page.get_by_role("heading", name="published").count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise RuntimeError("What was sent is not published.")


def _public() -> Sequence[Stop]:
    """What readers see; the forms are those of pages without scripts."""
    thread = "/api/v1/sites/demo/thread.html?page=/demo/"
    form = "/sites/demo/reply?page=/demo/"
    return (
        Stop(name="thread", path=thread),
        Stop(name="reply-form", path=form),
        Stop(name="form-mistakes", path=form, act=_with_mistakes),
        Stop(name="form-sent", path=form, act=_sent),
        Stop(name="sign-in", path="/login"),
        Stop(name="error", path="/no-such-page", status=404),
    )


def _take(
    chromium: Browser, foyer: Running, stop: Stop, state: Any, **look: Any
) -> str:
    with _window(chromium, state, **look) as page:
        page.goto(f"{foyer.base_url}{stop.path}")
        page.wait_for_load_state("networkidle")
        if stop.act is not None:
            stop.act(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > look["viewport"]["width"]:
            sys.stderr.write(f"{stop.name}: {wide} pixels wide\n")
        shot = base64.b64encode(_webp(page, 95)).decode()
    return f'<img alt="" src="data:image/webp;base64,{shot}">'


def _sheet(
    chromium: Browser, foyer: Running, stop: Stop, state: Any, locale: str
) -> None:
    shots = "".join(
        _take(
            *(chromium, foyer, stop, state),
            viewport=size, color_scheme=scheme, locale=locale,
        )
        for scheme in SCHEMES
        for size in (WIDE, PHONE)
    )  # fmt: skip
    with _window(chromium, None, viewport=SHEET_SIZE) as page:
        page.set_content(SHEET.format(shots=shots))
        page.wait_for_load_state("networkidle")
        HERE.mkdir(exist_ok=True)
        (HERE / f"{stop.name}.webp").write_bytes(_webp(page, QUALITY))


def _tour(chromium: Browser, foyer: Running, wanted: Sequence[str]) -> None:
    with _window(chromium, None, locale="en") as page:
        sign_in_by_link(page, foyer)
        all_stops = stops(page, foyer)
        state: Any = page.context.storage_state()
    arabic = [
        Stop(name=f"{stop.name}-arabic", path=stop.path)
        for stop in all_stops
        if stop.name in {"queue", "insights", "settings"}
    ]
    looks = [(stop, state, "en") for stop in all_stops]
    looks += [(stop, state, "ar") for stop in arabic]
    looks += [(stop, None, "en") for stop in _public()]
    for stop, who, locale in looks:
        if not wanted or stop.name in wanted:
            _sheet(chromium, foyer, stop, who, locale)


def main() -> None:
    """Start the program, send comments, sign in, and take the pictures."""
    chromium = browser()
    if chromium is None:
        sys.exit("No Chromium was found; name one by CHROMIUM=…")
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), BEHIND_A_PROXY) as foyer,
        sync_playwright() as playwright,
    ):
        furnish(foyer)
        for fields in MORE:
            said = {"page": "/demo/", "title": "A jar of sourdough", **fields}
            send(foyer, json.dumps(said))
        launched = playwright.chromium.launch(
            executable_path=str(chromium), args=["--no-sandbox", "--disable-gpu"]
        )
        _tour(launched, foyer, sys.argv[1:])


if __name__ == "__main__":
    main()
