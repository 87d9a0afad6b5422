"""A decision table in the editor's form: rows by keyboard and from a spreadsheet, a gap told and mended."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.canvas import Canvas
from tests.e2e.looks import flaws

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]


def paste(page: Page, text: str) -> None:
    """What a spreadsheet puts on the clipboard, pasted where the focus is."""
    page.evaluate(
        """(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})) }""",
        text,
    )


def test_rules_are_pasted_a_gap_is_told_and_mended(studio, sit_down):
    page = studio.sign_in(sit_down(), "Sofia")
    page.goto(studio.url + "/workflows")
    page.get_by_role("button", name="New workflow").first.click()
    canvas = Canvas(page)
    canvas.drag_in("Webhook", 420, 60)
    canvas.drag_in("Decision table", 420, 220)
    canvas.connect("Webhook", "next", "Decision table")
    canvas.step("Decision table").click()
    panel = canvas.panel
    panel.get_by_label("Column").first.fill("Country")
    grid = panel.get_by_role("grid", name="Rules")
    expect(grid.get_by_role("columnheader", name="Country")).to_be_visible()
    cell = grid.get_by_role("gridcell").first
    cell.focus()
    page.keyboard.type("DE")
    page.keyboard.press("Enter")
    expect(grid.get_by_role("gridcell").first).to_have_text("DE")
    canvas.saved()
    expect(panel.get_by_text("Country other has no row")).to_be_visible()
    paste(page, "AT, CH\nany")
    expect(grid.get_by_role("gridcell")).to_have_text(["AT, CH", "any"])
    canvas.saved()
    expect(panel.get_by_text("other has no row")).to_have_count(0)
    assert flaws(page) == []
    page.reload()
    canvas.step("Decision table").click()
    expect(panel.get_by_role("grid", name="Rules").get_by_role("gridcell")).to_have_text(["AT, CH", "any"])
