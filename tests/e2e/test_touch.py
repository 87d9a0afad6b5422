"""The canvas under fingers: a tap selects, one finger moves the view or a step, two fingers come closer."""

import re
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.canvas import Canvas
from tests.e2e.studio import Studio, running_studio

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(180)]

Point = tuple[float, float]
STEPS = 8
"""Touches between the first and the last of a gesture."""


class Fingers:
    """What a touch screen tells the browser."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)

    def move(self, *ways: tuple[Point, Point]) -> None:
        """Put down a finger a way, at once, move each along its way, and lift them."""
        self._tell("touchStart", [start for start, _ in ways])
        for step in range(1, STEPS + 1):
            self._tell("touchMove", [_between(*way, step / STEPS) for way in ways])
        self._tell("touchEnd", [])

    def _tell(self, kind: str, points: Sequence[Point]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def _between(start: Point, end: Point, part: float) -> Point:
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with running_studio() as running:
        yield running


@pytest.fixture
def canvas(studio, sit_down) -> Canvas:
    page = studio.sign_in(sit_down(has_touch=True), "Sofia")
    page.goto(studio.url + "/workflows")
    page.get_by_role("button", name="New workflow").first.click()
    found = Canvas(page)
    found.drag_in("Webhook", 420, 60)
    found.drag_in("If", 420, 260)
    found.select_nothing()
    return found


def view(canvas: Canvas) -> tuple[float, float, float]:
    """Where the canvas stands: x, y, and how near."""
    style = canvas.page.locator(".react-flow__viewport").get_attribute("style") or ""
    [(x, y, near)] = re.findall(r"translate\((-?[\d.]+)px, (-?[\d.]+)px\) scale\(([\d.]+)\)", style)
    return float(x), float(y), float(near)


def middle(canvas: Canvas, name: str) -> Point:
    box = canvas.step(name).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def changed(canvas: Canvas, before: tuple[float, float, float]) -> tuple[float, float, float]:
    """Where it stands once it stands elsewhere."""
    style = canvas.page.locator(".react-flow__viewport").get_attribute("style")
    if view(canvas) == before:
        expect(canvas.page.locator(".react-flow__viewport")).not_to_have_attribute("style", style or "")
    return view(canvas)


def test_the_canvas_follows_fingers(canvas):
    page, fingers, before = canvas.page, Fingers(canvas.page), view(canvas)
    start = middle(canvas, "If")
    page.touchscreen.tap(*start)
    expect(canvas.panel.get_by_label("Name of the step")).to_have_value("If")
    step = canvas.step("If")
    place = step.get_attribute("style") or ""
    fingers.move((start, (start[0] + 96, start[1] + 48)))
    expect(step).not_to_have_attribute("style", place)
    assert middle(canvas, "If")[0] > start[0] + 60
    assert view(canvas) == before
    page.keyboard.press("Control+z")
    expect(step).to_have_attribute("style", place)

    box = page.locator(".canvas").bounding_box()
    empty = box["x"] + 80, box["y"] + box["height"] - 160
    fingers.move((empty, (empty[0] + 60, empty[1] - 40)))
    moved = changed(canvas, before)
    assert (round(moved[0] - before[0]), round(moved[1] - before[1]), moved[2]) == (60, -40, before[2])
    fingers.move((empty, (empty[0] - 40, empty[1])), ((empty[0] + 80, empty[1]), (empty[0] + 160, empty[1])))
    assert changed(canvas, moved)[2] > before[2]
