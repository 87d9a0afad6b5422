"""A headless Chromium, driven by Playwright."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from benchmarks.servers import process
from tests.servers.patience import PATIENCE_S

FLAGS = [
    "--no-sandbox",  # Chromium refuses its sandbox under root, as containers run it
    "--disable-gpu",
    # Everything below would look for hosts outside of this machine.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    binary = process.program("chromium")
    expect.set_options(timeout=PATIENCE_S * 1000)  # Playwright's own are five seconds
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def new_context(browser: Browser, **options: object) -> Iterator[BrowserContext]:
    """Open a profile of its own: cookies and storage are shared with nobody."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_S * 1000)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def flawless_page(context: BrowserContext) -> Iterator[Page]:
    """Open a page; an exception that no script of it caught fails the test."""
    page = context.new_page()
    uncaught: list[str] = []
    page.on("pageerror", lambda error: uncaught.append(str(error)))
    yield page
    assert not uncaught, uncaught
