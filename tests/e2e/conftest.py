"""A whole Studio in processes of its own, its people, and browsers that they sit at."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.studio import Studio, running_studio
from tests.servers.browser import flawless_page, new_context

DESK = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "timezone_id": "Europe/Berlin"}
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "en-GB", "timezone_id": "Europe/Berlin"}


@pytest.fixture
def studio(smtp, http_target) -> Iterator[Studio]:
    """Studio as `studio run` starts it, with the demo's people and nothing else in it."""
    with running_studio(smtp, allowed=f"127.0.0.1:{http_target.port}") as running:
        yield running


@pytest.fixture
def sit_down(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Give each caller a browser of its own: a desk unless said, signed in as nobody."""
    with ExitStack() as opened:

        def new(**options: object) -> Page:
            context = opened.enter_context(new_context(chromium, **(DESK | options)))
            return opened.enter_context(flawless_page(context))

        yield new
