"""Every page of an application, found by its own routes and by the links on its pages."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Page
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
            answer = self.page.goto(self.url + path, wait_until="networkidle")
            landed = self._endpoint(urlsplit(self.page.url).path)
            assert answer.status < 500, f"{path}\n{self.log()}"
            if answer.status == 403 or landed is None or (landed != endpoint and self._enough(landed)):
                continue
            waiting += self._links()
            self.visited.setdefault(landed, []).append(path)
            yield landed

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


def _is_page(rule) -> bool:
    return not rule.rule.startswith(NO_PAGES) and rule.endpoint not in DOWNLOADS
