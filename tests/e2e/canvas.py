"""The builder's page as its user handles it."""

import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect


class Canvas:
    """One open builder. Steps are named as people read them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        expect(page.get_by_role("region", name="Steps to add")).to_be_visible()

    def drag_in(self, type_title: str, x: int, y: int) -> None:
        """From the palette onto a place of the canvas."""
        item = self.page.get_by_role("region", name="Steps to add").get_by_role("button", name=type_title, exact=True)
        before = self.steps.count()
        item.drag_to(self.page.locator(".canvas"), target_position={"x": x, "y": y})
        expect(self.steps).to_have_count(before + 1)

    @property
    def steps(self) -> Locator:
        return self.page.locator(".react-flow__node:is(.react-flow__node-step, .react-flow__node-loop)")

    @property
    def lines(self) -> Locator:
        return self.page.locator(".react-flow__edge")

    def step(self, name: str) -> Locator:
        return self.page.get_by_role("group", name=re.compile(rf"^{re.escape(name)}, "))

    def beside(self, name: str) -> Locator:
        """A note or a group, by what is spoken of it."""
        return self.page.get_by_role("group", name=re.compile(name))

    def select(self, name: str) -> None:
        self.step(name).locator("b").click()
        expect(self.panel.get_by_label("Name of the step")).to_have_value(name)

    def select_nothing(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.panel.get_by_role("heading", name="This workflow")).to_be_visible()

    def rename(self, name: str, to: str) -> None:
        self.select(name)
        self.panel.get_by_label("Name of the step").fill(to)
        expect(self.step(to)).to_be_visible()

    def connect(self, name: str, port: str, to: str) -> None:
        """Draw a line from a port to a step, with the mouse."""
        before = self.lines.count()
        start = self.step(name).locator(f"[data-port='{port}'][data-step]").bounding_box()
        end = self.step(to).locator("[data-port='in']").bounding_box()
        mouse = self.page.mouse
        mouse.move(*_middle(start))
        mouse.down()
        mouse.move(*_middle(end), steps=8)
        mouse.up()
        expect(self.lines).to_have_count(before + 1)

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("region", name="Set up")

    def tab(self, title: str) -> None:
        self.panel.get_by_role("tab", name=title).click()

    def unfold(self, heading: str) -> None:
        """The fields of one heading."""
        self.panel.locator("summary", has_text=heading).click()

    def field(self, path: str) -> Locator:
        return self.panel.locator(f"[data-field='{path}']")

    def write(self, path: str, text: str, which: int = 0) -> None:
        """Put a text into a field of code, as a paste does: nothing is completed or closed on the way."""
        box = self.field(path).get_by_role("textbox").nth(which)
        expect(box).to_have_class("cm-content cm-lineWrapping")
        box.fill(text)

    def sample(self, data: Any) -> None:
        """Paste what a real event looks like."""
        self.tab("Sample")
        self.write("sample", json.dumps(data, indent=2))
        self.tab("Set up")

    def saved(self) -> None:
        """Wait until the server has it."""
        expect(self.page.locator("[data-save-state]")).to_have_attribute("data-save-state", "saved")

    def without_problems(self) -> None:
        expect(self.page.locator("[data-problems]")).to_have_attribute("data-problems", "0")
        expect(self.page.get_by_text("Ready to publish")).to_be_visible()

    def publish(self, note: str) -> None:
        self.saved()
        self.page.get_by_role("button", name="Publish…").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Note").fill(note)
        dialog.get_by_role("button", name="Publish", exact=True).click()
        expect(dialog).to_have_count(0)
        expect(self.page.get_by_text("Published v")).to_be_visible()


def _middle(box: dict[str, float]) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
