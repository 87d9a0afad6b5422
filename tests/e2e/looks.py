"""What a page must be besides right: readable for everybody, no wider than the screen, silent on the console."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from playwright.sync_api import ConsoleMessage, Page

from tests.project.source import PROJECT

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
THEMES = ("light", "dark")
GRAVE = ("serious", "critical")
ALL: dict[str, object] = {}
COLOURS: dict[str, object] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""Of axe-core's rules, those by which two themes of one page may differ: nothing else of it depends on the theme."""


def flaws(page: Page, width: dict[str, int] = DESK) -> list[str]:
    """What axe-core finds serious in either theme, and what makes the page wider than the screen."""
    found = sideways(page, width)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate(RESTYLE)
        page.evaluate("Promise.all(document.getAnimations().map(one => one.finished)).then(() => true, () => true)")
        found += [f"{theme} {width['width']}: {flaw}" for flaw in _axe(page, ALL if theme == THEMES[0] else COLOURS)]
    return found


def sideways(page: Page, width: dict[str, int] = PHONE) -> list[str]:
    """What makes the page wider than the screen."""
    page.wait_for_load_state()  # a click may just have asked for another one
    page.set_viewport_size(width)
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    found = [f"{width['width']}: scrolls sideways because of {page.evaluate(WIDEST)}"] if wide else []
    return found + [f"{width['width']}: is cut or broken: {one}" for one in page.evaluate(CUT)]


def _axe(page: Page, rules: dict[str, object]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe_source())
    violations = page.evaluate(RUN, [rules, GRAVE])
    return [
        f"{violation['id']}: {node['html'][:160]} ({' '.join(node['failureSummary'].split())[:240]})"
        for violation in violations
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


@cache
def _axe_source() -> str:
    return (PROJECT / "node_modules/axe-core/axe.min.js").read_text() + "; undefined"


RUN = """([wanted, grave]) => {
    const rules = Object.fromEntries(
        axe._audit.rules.filter((one) => !grave.includes(one.impact)).map((one) => [one.id, { enabled: false }]));
    return axe.run(document, { resultTypes: ["violations"], rules, ...wanted }).then((found) => found.violations);
}"""
"""Leaves out the rules that find nothing grave, whatever they find: half of axe-core's time. Each names its impact."""

# Chromium may leave inherited colours as they were when the scheme changes under a page that swaps parts of itself.
RESTYLE = "() => { const root = document.documentElement; root.hidden = true; root.offsetHeight; root.hidden = false; }"

WIDEST = """() => [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).join(" | ")"""


CUT = """() => [
    ...(innerWidth > 720 ? [] : [...document.querySelectorAll(".table-scroll:has(> table.stacking)")]
        .filter((one) => one.scrollWidth > one.clientWidth)),
    ...[...document.querySelectorAll("td.nowrap > .chip")].filter((one) => one.getBoundingClientRect().height > 26),
].slice(0, 3).map((one) => one.innerText.slice(0, 120))"""
"""Rows that are blocks on a phone but wider than it, and states that stand in several lines."""


@contextmanager
def console_of(page: Page) -> Iterator[list[str]]:
    """Collect what goes wrong unseen: errors, warnings, refused scripts and styles, answers that failed."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(f"{page.url}: {message.text}")

    page.on("console", hear)
    page.on("response", lambda got: got.status >= 400 and said.append(f"{got.url}: {got.status}"))
    yield said
