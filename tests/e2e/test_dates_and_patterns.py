"""Conditions about dates and patterns, made as rows and read again; words of a list's rows put in quotes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e import shopify
from tests.e2e.canvas import Canvas
from tests.e2e.looks import flaws
from tests.e2e.studio import Studio, running_studio

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with running_studio() as running:
        yield running


@pytest.fixture
def canvas(studio, sit_down) -> Canvas:
    page = studio.sign_in(sit_down(), "Sofia")
    page.goto(studio.url + "/workflows")
    page.get_by_role("button", name="New workflow").first.click()
    canvas = Canvas(page)
    canvas.drag_in("Webhook", 420, 60)
    canvas.sample(shopify.order())
    return canvas


def value(condition: Locator, name: str) -> Locator:
    """A field of a row by its spoken name, once it is ready to be typed into."""
    return condition.locator(f".cm-content[role='textbox'][aria-label='{name}']")


SAID = (
    'timestamp(trigger.created_at) < timestamp(run.started_at) - duration("336h")'
    ' && timestamp(trigger.created_at) < timestamp("2026-11-30T23:00:00Z")'
    ' && trigger.line_items.exists(entry, entry.sku.matches("^LAMP-"))'
)


def test_dates_and_patterns_are_rows_and_are_read_again(canvas):
    """A date is by the clock of the one who enters it; what is wrong with a pattern stands under it."""
    canvas.drag_in("If", 420, 220)
    canvas.connect("Webhook", "next", "If")
    canvas.select("If")
    condition = canvas.field("condition")

    def comparisons(n: str) -> Locator:
        return condition.get_by_label(f"Comparison {n}").locator("option")

    value(condition, "Value 1").fill("trigger.currency")
    expect(comparisons("1").filter(has_text="is before")).to_have_count(0)  # the sample holds no date there
    value(condition, "Value 1").fill("trigger.created_at")
    expect(comparisons("1").filter(has_text="is before")).to_have_count(1)
    condition.get_by_label("Comparison 1").select_option("is longer ago than")
    condition.get_by_role("spinbutton", name="Compared with 1").fill("14")
    expect(condition.get_by_text("Gives: yes")).to_be_visible()

    condition.get_by_role("button", name="Add a condition").click()
    value(condition, "Value 2").fill("trigger.created_at")
    condition.get_by_label("Comparison 2").select_option("is before")
    date = condition.get_by_label("Compared with 2", exact=True)
    date.focus()
    canvas.page.keyboard.type("120120261200AM")  # digit by digit: on its way the year is 2, 20 and 202
    expect(date).to_have_value("2026-12-01T00:00")
    expect(condition.get_by_text("By the clock of Europe/Berlin.")).to_be_visible()

    condition.get_by_role("button", name="Add a list").click()
    value(condition, "List 3").fill("trigger.line_items")
    value(condition, "Value 3.1").fill("entry.sku")
    condition.get_by_label("Comparison 3.1").select_option("matches the pattern")
    pattern = condition.get_by_role("textbox", name="Compared with 3.1")
    pattern.fill("^LAMP-(")
    row = condition.locator(".condition-row").filter(has=canvas.page.get_by_label("Compared with 3.1"))
    expect(row.get_by_text("A bracket “(” of the pattern is never closed.")).to_be_visible()
    assert flaws(canvas.page) == []
    pattern.fill("^LAMP-")
    expect(row.locator(".error")).to_have_count(0)
    expect(condition.get_by_text("Gives: yes")).to_be_visible()

    canvas.saved()
    canvas.page.reload()
    canvas.select("If")
    expect(condition.get_by_role("spinbutton", name="Compared with 1")).to_have_value("14")
    expect(condition.get_by_label("Unit, Compared with 1")).to_have_value("24")
    expect(condition.get_by_label("Compared with 2", exact=True)).to_have_value("2026-12-01T00:00")
    expect(condition.get_by_role("textbox", name="Compared with 3.1")).to_have_value("^LAMP-")
    assert flaws(canvas.page) == []
    condition.locator(".mode").first.get_by_role("button", name="Expression").click()
    expect(condition.locator(".cm-content")).to_have_text(SAID)


def test_words_in_the_rows_of_a_case_are_put_in_quotes(canvas):
    canvas.drag_in("Switch", 420, 220)
    canvas.connect("Webhook", "next", "Switch")
    canvas.select("Switch")
    canvas.field("cases.0.label").get_by_role("textbox").fill("Lamps")
    condition = canvas.field("cases.0.condition")
    condition.get_by_role("button", name="Add a list").click()
    value(condition, "List 2").fill("trigger.line_items")
    value(condition, "Value 2.1").fill("entry.sku")
    value(condition, "Compared with 2.1").fill("LAMP")
    canvas.panel.get_by_role("button", name="Put “LAMP” in quotes").click()
    expect(canvas.panel.get_by_role("button", name="Put “LAMP” in quotes")).to_have_count(0)
    condition.locator(".mode").first.get_by_role("button", name="Expression").click()
    expect(condition.locator(".cm-content")).to_have_text('trigger.line_items.exists(entry, entry.sku == "LAMP")')
