"""What building costs a browser: a large workflow on the canvas of the builder, panned and zoomed in headless Chromium.

Frames are those that the page itself is given (requestAnimationFrame) while it is wheeled over, every frame a bit:
as the workflow opens, and once more from 100 %, where texts and shadows are painted.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import seeding, workloads
from benchmarks.figures import summary
from benchmarks.plan import Plan
from benchmarks.servers import process
from benchmarks.stack import Stack, stack
from studio.accounts.outcomes import Role
from studio.builder.service import whole
from studio.runtime import document as documents

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response, ViewportSize

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
DESK: "ViewportSize" = {"width": 1440, "height": 900}
DIST = Path(__file__).parents[1] / "studio/static/dist"
OTHER_PAGES = ("/", "/inbox", "/workflows", "/runs", "/gallery", "/connections")
QUIET_MS = 1_000
"""So long without a long task, and the page is interactive: as Lighthouse has it, with a shorter wait."""
WIDE = 20
"""Steps in a row of the workflow that is drawn."""
_IMPORTED = re.compile(r"""["']\./([\w-]+\.js)["']""")

_WATCH = """
window.longUntil = 0;
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.longUntil = Math.max(window.longUntil, task.startTime + task.duration);
}).observe({ type: "longtask", buffered: true });
"""
_INTERACTIVE = """(quiet) => {
  const drawn = document.querySelector(".react-flow__node");
  if (!drawn) return false;
  window.drawnAt ??= performance.now();
  const ready = Math.max(window.drawnAt, window.longUntil);
  return performance.now() - ready > quiet ? ready : false;
}"""
_FRAMES = """async (seconds) => {
  const pane = document.querySelector(".react-flow__pane");
  const box = pane.getBoundingClientRect();
  const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true, cancelable: true };
  const frame = () => new Promise(requestAnimationFrame);
  const begun = await frame();
  let frames = 0;
  for (let now = begun; now - begun < seconds * 1000; now = await frame()) {
    const zooms = Math.floor((now - begun) / 500) % 2 === 1;
    const there = Math.floor((now - begun) / 1000) % 2 === 0 ? 1 : -1;
    const wheel = zooms ? { deltaY: 12 * there, ctrlKey: true } : { deltaX: 14 * there, deltaY: 9 * there };
    pane.dispatchEvent(new WheelEvent("wheel", { ...at, ...wheel }));
    frames += 1;
  }
  return (frames * 1000) / (performance.now() - begun);
}"""


def _workflow(count: int) -> dict[str, Any]:
    """A trigger, and rows of steps, each of which leads to the one below it."""
    nodes: list[dict[str, Any]] = [
        {"key": "hook", "type": "trigger.webhook", "name": "Order created", "config": {}, "position": {"x": 0, "y": 0}}
    ]
    edges = []
    for number in range(1, count):
        row, column = divmod(number - 1, WIDE)
        kind = "condition.if" if row % 3 == 1 else "data.set"
        config = {"condition": "true"} if kind == "condition.if" else {"fields": [{"name": "n", "value": str(number)}]}
        place = {"x": 280 * column, "y": 140 * (row + 1)}
        nodes.append({"key": f"s{number}", "type": kind, "name": f"Step {number}", "config": config, "position": place})
        above = "hook" if row == 0 else f"s{number - WIDE}"
        edges.append({"from": above, "port": "true" if row % 3 == 2 else "next", "to": f"s{number}"})
    return {"schema": "studio.workflow/1", "name": "Large", "nodes": nodes, "edges": edges}


def _measured(count: int) -> Callable[[str, Plan], dict[str, float]]:
    def measure(store: str, plan: Plan) -> dict[str, float]:
        with stack(store) as running:
            address, cookie = _seed(running, count)
            running.start("studio", "run")
            running.wait_ready()
            with _browser() as new_page:
                rounds = [_round(new_page(), running, address, cookie, plan) for _ in range(plan.rounds)]
                page_kb = max(_weight(new_page(), running, path, cookie) for path in OTHER_PAGES)
            return {**summary(rounds), "editor_kb": _editor_kb(), "page_kb": page_kb}

    return measure


WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {"500": _measured(500), "2000": _measured(2_000)}
USUAL = ("500", "2000")
POSTGRESQL_ONLY: tuple[str, ...] = ()


def _seed(running: Stack, count: int) -> tuple[str, str]:
    seeded = seeding.seed(running.settings, workloads.past())
    with seeding.application(running.settings) as app:
        _, cookie = seeding.signed_in(app, seeded.workspace_id, "owner@example.com", Role.OWNER)
        with app.extensions["studio_database"].unit(seeded.workspace_id) as unit:
            workflow = whole.make(unit, documents.parse(_workflow(count)))
            return f"/workflows/{workflow.id}/edit", cookie


@contextmanager
def _browser() -> Iterator[Callable[[], "Page"]]:
    """Pages of a Chromium, each with nothing in its cache."""
    binary = process.program("chromium")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a tool of development
    except ImportError:
        raise process.ServerMissing("playwright") from None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=FLAGS)
        try:
            yield lambda: browser.new_page(viewport=DESK)
        finally:
            browser.close()


def _opened(page: "Page", running: Stack, path: str, cookie: str) -> None:
    name, _, value = cookie.partition("=")
    base = running.settings.public_url
    page.context.add_cookies([{"name": name, "value": value, "url": base}])
    page.goto(base + path, timeout=120_000)


def _round(page: "Page", running: Stack, path: str, cookie: str, plan: Plan) -> dict[str, float]:
    page.add_init_script(_WATCH)
    _opened(page, running, path, cookie)
    tti_ms = page.wait_for_function(_INTERACTIVE, arg=QUIET_MS, timeout=120_000).json_value()
    page.evaluate(_FRAMES, plan.warm_up_s)
    fps = page.evaluate(_FRAMES, plan.seconds)
    page.locator(".tools .zoom").click()
    near_fps = page.evaluate(_FRAMES, plan.seconds)
    page.close()
    return {"fps": fps, "near_fps": near_fps, "tti_ms": tti_ms}


def _weight(page: "Page", running: Stack, path: str, cookie: str) -> float:
    """Everything that a page loads, as gzip carries it, in KB."""
    loaded: list[Response] = []

    def heard(one: "Response") -> None:  # Playwright marks what it calls, which a built-in method does not bear
        loaded.append(one)

    page.on("response", heard)
    _opened(page, running, path, cookie)
    page.wait_for_load_state("networkidle")
    total = sum(_gzip_kb(one.body()) for one in loaded if one.status == 200)
    page.close()
    return total


def _editor_kb() -> float:
    """All scripts of the editor, those that it loads later too, and its styles."""
    names = json.loads((DIST / "manifest.json").read_text())
    left, seen = [names["editor.js"], names["tidy.js"], names["theme.js"]], set[str]()
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += _IMPORTED.findall((DIST / name).read_text())
    styles = {names["studio.css"], names["editor.css"], names["icons.svg"]}
    return sum(_gzip_kb((DIST / name).read_bytes()) for name in seen | styles)


def _gzip_kb(body: bytes) -> float:
    return len(gzip.compress(body, 6)) / 1000
