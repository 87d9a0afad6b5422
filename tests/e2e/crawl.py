"""Every page of an application, found by its own routes and by the links on its pages."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, Request, Response
from werkzeug.exceptions import HTTPException

from tests.e2e.looks import DESK
from tests.e2e.studio import Studio

NO_PAGES = (
    "/api/", "/scim/", "/builder/api/", "/static/", "/hooks/", "/ofrep/", "/livez", "/healthz", "/readyz", "/metrics",
)  # fmt: skip
DOWNLOADS = (
    "accounts.logo",
    "console.export_workflow",
    "gallery.own_file",
    "console.export_audit",
    "console.run_data",
    "console.run_news",
    "console.archived_run_record",
    "console.report_file",
    "console.run_rows_file",
    "console.source_event_data",
    "portal.news",
    "portal.attachment",
    "portal.link_attachment",
    "portal.approval_load_file",
    "portal.access_review_file",
    "portal.export_matrix",
    "connections.choices",  # the editor asks these three
    "connections.actions",
    "connections.action_form",
)
NEEDS_MORE = ("/password/new", "/connections/callback", "/first-run", "/sso/callback", "/sso/link")
"""Make sense only behind a link that was just followed, or before anybody owns the installation."""
_ADDRESSES = "links => links.map(link => new URL(link.getAttribute('href'), document.baseURI).href)"
"""A link inside of a picture (SVG) has no address that is a text by itself."""
DRAWN_BY_SCRIPTS = ("builder.edit",)
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
MOST_FRAMES = 500
"""Some seventeen seconds, at least."""
SEVERAL = {
    "connections.connection": 4,
    "flags.experiment": 4,
    "flags.flag": 3,
    "flags.rollout": 3,
    "flags.rules": 2,
    "console.run": 6,
    "portal.approval": 9,
    "portal.history": 3,
    "console.workflow": 2,
    "portal.inbox": 3,
}
"""Of these pages more than one is looked at: they differ by what has happened."""


class Crawl:
    """Walks through the pages that one person sees; each endpoint once, or a few times."""

    def __init__(
        self, app: Flask, page: Page, studio: Studio, begin: Iterable[str] = (), also: Iterable[str] = (),
        within: str = "/",
    ) -> None:  # fmt: skip
        """`also`: pages behind one of several alike, of which only some are opened. `within`: no address elsewhere."""
        self._within = within
        self.page, self.url, self.log = page, studio.url, lambda: studio.log
        self._router = app.url_map.bind("localhost")
        self._rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and _is_page(rule)]
        self._begin = [*(begin or (rule.rule for rule in self._rules if not rule.arguments)), *also]
        self.visited: dict[str, list[str]] = {}
        self._under_way: set[Request] = set()
        page.on("request", self._asks)
        page.on("requestfinished", self._has)
        page.on("requestfailed", self._has)

    def __iter__(self) -> Iterator[str]:
        """Open each page and give its endpoint; what was redirected away counts as where it led to."""
        waiting = [path for path in self._begin if path not in NEEDS_MORE]
        asked: set[str] = set()
        while waiting:
            path = waiting.pop(0)
            endpoint = self._endpoint(urlsplit(path).path)
            if path in asked or endpoint is None or self._enough(endpoint):
                continue
            asked.add(path)
            self.page.set_viewport_size(DESK)
            answer = self._open(path, endpoint)
            landed = self._endpoint(urlsplit(self.page.url).path)
            assert answer.status < 500, f"{path}\n{self.log()}"
            if answer.status == 403 or landed is None or (landed != endpoint and self._enough(landed)):
                continue
            waiting += self._links()
            self.visited.setdefault(landed, []).append(path)
            yield landed

    def _open(self, path: str, endpoint: str) -> Response:
        """Until nothing that the page asked for is under way. What a canvas asks for comes in turns, with pauses."""
        if endpoint in DRAWN_BY_SCRIPTS:
            return self.page.goto(self.url + path, wait_until="networkidle")
        self._under_way.clear()
        answer = self.page.goto(self.url + path)
        for _ in range(MOST_FRAMES):
            self.page.evaluate(TWO_FRAMES)
            if not self._under_way:
                return answer
        raise AssertionError(f"{path} still waits for {[one.url for one in self._under_way]}\n{self.log()}")

    def _asks(self, request: Request) -> None:
        self._under_way.add(request)

    def _has(self, request: Request) -> None:
        self._under_way.discard(request)

    @property
    def unseen(self) -> set[str]:
        return {rule.endpoint for rule in self._rules} - set(self.visited)

    def _enough(self, endpoint: str) -> bool:
        return len(self.visited.get(endpoint, ())) >= SEVERAL.get(endpoint, 1)

    def _endpoint(self, path: str) -> str | None:
        try:
            endpoint, _arguments = self._router.match(path, method="GET")
        except HTTPException:
            return None
        return endpoint if any(rule.endpoint == endpoint for rule in self._rules) else None

    def _links(self) -> list[str]:
        here = urlsplit(self.url)
        found = self.page.eval_on_selector_all("a[href]:not([download])", _ADDRESSES)
        parts = [urlsplit(one) for one in found]
        parts = [one for one in parts if one.netloc == here.netloc and one.path.startswith(self._within)]
        return [f"{one.path}?{one.query}".rstrip("?") for one in parts]


def walk(app: Flask, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Endpoint and HTML of the same pages without a browser: many a second."""
    router, seen, asked = app.url_map.bind("localhost"), Counter[str](), set[str]()
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and _is_page(rule)]
    known = {rule.endpoint for rule in rules}
    waiting = [rule.rule for rule in rules if not rule.arguments and rule.rule not in NEEDS_MORE]
    while waiting:
        path = waiting.pop(0)
        try:
            endpoint, _arguments = router.match(urlsplit(path).path, method="GET")
        except HTTPException:
            continue
        if path in asked or endpoint not in known or seen[endpoint] >= SEVERAL.get(endpoint, 1):
            continue
        asked.add(path)
        answer = client.get(path)
        assert answer.status_code < 500, path
        if answer.status_code == 200 and answer.mimetype == "text/html":
            seen[endpoint] += 1
            waiting += [unescape(one) for one in re.findall(r'href="(/[^"#]*)', answer.text)]
            yield endpoint, answer.text


def _is_page(rule) -> bool:
    return not rule.rule.startswith(NO_PAGES) and rule.endpoint not in DOWNLOADS
