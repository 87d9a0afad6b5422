"""`make screens`: every page of a lived-in Studio at a desk's and a phone's width in both themes, as pictures.

They go into the ignored folder artifacts/screens, a folder a person. ARGS: names of endpoints begin with these words
(`make screens ARGS="gallery. portal.inbox"`); the walk is the same, fewer pictures are taken. `--from /gallery` begins
there instead of at every address without an argument, and stays below it.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Page

from studio.app import create_app
from tests.e2e import templated
from tests.e2e.crawl import Crawl
from tests.e2e.lived_in import LivedIn, lived_in
from tests.e2e.looks import DESK, PHONE, RESTYLE, THEMES
from tests.project.source import PROJECT
from tests.servers.browser import chromium, new_context
from tests.servers.http_target import http_target as run_http_target

FOLDER = PROJECT / "artifacts/screens"
TALLEST = 6_000
"""Pixels of a picture: nobody looks at a longer one."""
STYLES_DONE = "Promise.all(document.getAnimations().map(one => one.finished)).then(() => true, () => true)"
PEOPLE = {"Mira": None, "Jonas": ["/inbox"]}
"""Who walks through: the owner from everywhere, an approver from the inbox."""


def main(given: Sequence[str]) -> int:
    """Take them; says how many there are, and fails where a page has none."""
    parser = argparse.ArgumentParser(prog="make screens", description=__doc__)
    parser.add_argument("only", nargs="*", help="beginnings of endpoints' names")
    parser.add_argument("--from", dest="begin", help="an address to begin at, and to stay below")
    asked = parser.parse_args(given)
    shutil.rmtree(FOLDER, ignore_errors=True)
    count = 0
    with ExitStack() as opened:
        world = opened.enter_context(lived_in(opened.enter_context(run_http_target())))
        browser = opened.enter_context(chromium())
        options = {"viewport": DESK, "locale": "en-GB", "timezone_id": "Europe/Berlin"}
        for name, begin in PEOPLE.items():
            page = opened.enter_context(new_context(browser, **options)).new_page()
            if not (asked.only or asked.begin):
                page.goto(f"{world.studio.url}/sign-in")
                count += len(list(shots(page, FOLDER / name / "accounts.sign_in")))
            world.studio.sign_in(page, name)
            for found in pages(world, page, [asked.begin] if asked.begin else begin, asked.begin or "/"):
                if not asked.only or found.name.startswith(tuple(asked.only)):
                    count += len(list(shots(page, FOLDER / name / found)))
    sys.stdout.write(f"{count} pictures in {FOLDER.relative_to(PROJECT)}\n")
    return 0 if count else 1


def pages(world: LivedIn, page: Page, begin: list[str] | None, below: str) -> Iterator[Path]:
    """Walk; the name of each page that is open, numbered where an endpoint has several."""
    with app_of(world) as app:
        crawl = Crawl(
            app, page, world.studio, begin=begin or (), also=() if begin else [templated.news(app)], within=below
        )
        for endpoint in crawl:
            number = len(crawl.visited[endpoint])
            yield Path(endpoint if number == 1 else f"{endpoint}-{number}")


@contextmanager
def app_of(world: LivedIn) -> Iterator:
    """Its routes, which the walk asks for endpoints."""
    app = create_app(world.studio.stack.settings)
    try:
        yield app
    finally:
        app.extensions["studio_engine"].stop()


def shots(page: Page, stem: Path) -> Iterator[Path]:
    """Both widths in both themes, the whole page of each."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    for width in (DESK, PHONE):
        page.set_viewport_size(width)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.evaluate(RESTYLE)
            page.evaluate(STYLES_DONE)
            path = stem.with_name(f"{stem.name}-{width['width']}-{theme}.png")
            height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
            clip = {"x": 0, "y": 0, "width": width["width"], "height": max(height, width["height"])}
            page.screenshot(path=path, full_page=True, clip=clip)
            yield path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
