"""A step set up: conditions in groups and on lists, data dragged into fields, what is wrong mended in its form."""

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
    return Canvas(page)


@pytest.fixture
def webhook_and_if(canvas) -> Canvas:
    canvas.drag_in("Webhook", 420, 60)
    canvas.sample(shopify.order())
    canvas.drag_in("If", 420, 220)
    canvas.connect("Webhook", "next", "If")
    canvas.select("If")
    return canvas


def value(condition: Locator, name: str) -> Locator:
    """A field of a row by its spoken name, once it is ready to be typed into."""
    return condition.locator(f".cm-content[role='textbox'][aria-label='{name}']")


GROUP_AND_LIST = (
    'trigger.currency == "EUR" && (trigger.total_price == "842.50" || has(trigger.note))'
    " && !trigger.line_items.exists(entry, entry.quantity > 2)"
)
NONE_OF_AND_CASELESS = '!(trigger.currency in ["USD"]) && lower(trigger.currency).startsWith("eu")'


def test_conditions_in_groups_and_on_lists_are_made_by_keyboard_and_undone(webhook_and_if):
    """Every field has a name of its own; the expression is what the rows say, and the other way round."""
    canvas = webhook_and_if
    condition, keyboard = canvas.field("condition"), canvas.page.keyboard

    def write(name: str, text: str) -> None:
        value(condition, name).fill(text)

    def press(name: str, n: int = 0) -> None:
        condition.get_by_role("button", name=name, exact=True).nth(n).press("Enter")

    write("Value 1", "trigger.currency")
    write("Compared with 1", '"EUR"')
    press("Add a group")
    write("Value 2.1", "trigger.total_price")
    write("Compared with 2.1", '"842.50"')
    write("Value 2.2", "trigger.note")
    condition.get_by_label("Comparison 2.2").select_option("is there")
    expect(condition.get_by_label("How the rows of 2 count")).to_have_value("false")
    press("Add a list", -1)
    condition.get_by_label("For which entries, 3").select_option("No entry of the list")
    write("List 3", "trigger.line_items")
    value(condition, "Value 3.1").press_sequentially("entry.quan")
    expect(canvas.page.get_by_role("option", name="quantity")).to_be_visible()  # the entry's own fields
    keyboard.press("Escape")
    write("Value 3.1", "entry.quantity")
    condition.get_by_label("Comparison 3.1").select_option("is more than")
    write("Compared with 3.1", "2")
    expect(condition.get_by_text("Gives: no")).to_be_visible()
    assert flaws(canvas.page) == []

    condition.get_by_role("button", name="Expression").click()
    expect(condition.locator(".cm-content")).to_have_text(GROUP_AND_LIST)
    condition.get_by_role("button", name="Rows").click()
    press("Remove condition 2")
    condition.get_by_role("button", name="Expression").click()
    without = 'trigger.currency == "EUR" && !trigger.line_items.exists(entry, entry.quantity > 2)'
    expect(condition.locator(".cm-content")).to_have_text(without)
    canvas.step("If").focus()
    keyboard.press("Control+z")
    expect(condition.locator(".cm-content")).to_have_text(GROUP_AND_LIST)

    _none_of_and_caseless(canvas, condition)
    canvas.write("condition", "size(trigger.line_items) > 1")
    expect(condition.get_by_role("button", name="Rows")).to_be_disabled()


def _none_of_and_caseless(canvas: Canvas, condition: Locator) -> None:
    canvas.write("condition", NONE_OF_AND_CASELESS)
    condition.get_by_role("button", name="Rows").click()
    expect(condition.get_by_label("Comparison 1")).to_have_value("!in")
    expect(condition.get_by_label("Ignore capitals in 2")).to_be_checked()
    expect(condition.get_by_text("Gives: yes")).to_be_visible()
    value(condition, "Compared with 1").fill('"CHF", "EUR"')
    expect(condition.get_by_text("Gives: no")).to_be_visible()
    condition.get_by_label("Comparison 1").select_option("is one of")
    condition.get_by_label("Comparison 2").select_option("does not end with")
    condition.get_by_label("Ignore capitals in 2").uncheck()
    value(condition, "Compared with 2").fill('"eur"')
    assert flaws(canvas.page) == []
    condition.get_by_role("button", name="Expression").click()
    changed = 'trigger.currency in ["CHF", "EUR"] && !(trigger.currency.endsWith("eur"))'
    expect(condition.locator(".cm-content")).to_have_text(changed)
    condition.get_by_role("button", name="Rows").click()
    value(condition, "Compared with 1").fill("CHF, EUR")
    canvas.panel.get_by_role("button", name="Put “CHF”, “EUR” in quotes").click()
    expect(value(condition, "Compared with 1")).to_have_text('"CHF", "EUR"')
    condition.get_by_role("button", name="Expression").click()
    expect(condition.locator(".cm-content")).to_have_text(changed)


def test_data_is_dragged_into_rows_expressions_texts_and_fixed_values(webhook_and_if):
    canvas = webhook_and_if
    condition = canvas.field("condition")
    condition.get_by_role("button", name="Expression").click()
    canvas.write("condition", 'trigger.line_items.exists(entry, entry.sku == "A")')
    condition.get_by_role("button", name="Rows").click()

    def pick(path: str) -> Locator:
        return canvas.panel.get_by_role("region", name="Data from earlier steps").locator(f"[title='{path}']")

    canvas.panel.get_by_role("searchbox").fill("quantity")
    box = value(condition, "Value 1.1")
    box.fill("")
    pick("trigger.line_items[0].quantity").first.drag_to(box)
    expect(box).to_have_text("entry.quantity")  # of the entry that is asked, not of the first
    canvas.drag_in("For each", 420, 420)
    canvas.connect("If", "true", "For each")
    canvas.select("For each")
    lanes = canvas.field("concurrency")
    lanes.get_by_role("textbox").fill("4")
    canvas.panel.get_by_role("searchbox").fill("quantity")
    pick("trigger.line_items[0].quantity").drag_to(lanes)
    expect(lanes.locator(".cm-content")).to_have_text("trigger.line_items[0].quantity")
    lanes.get_by_role("button", name="Fixed").click()
    expect(lanes.get_by_role("textbox")).to_have_value("4")  # what was fixed waits

    canvas.drag_in("Note on the run", 760, 420)
    canvas.connect("If", "false", "Note on the run")
    canvas.select("Note on the run")
    canvas.write("text", "Quantity: ")
    canvas.panel.get_by_role("searchbox").fill("quantity")
    pick("trigger.line_items[0].quantity").drag_to(canvas.field("text").locator(".cm-content"))
    expect(canvas.field("text").locator(".cm-content")).to_contain_text("{{ trigger.line_items[0].quantity }}")
    expect(canvas.field("text").get_by_text("Quantity: ")).to_be_visible()


def test_a_problem_is_mended_in_the_form_of_its_step(canvas):
    """The same fix as at the foot, beside the sentence in the set-up panel; one undo takes it back."""
    canvas.drag_in("Webhook", 420, 260)
    canvas.drag_in("HTTP request", 760, 420)
    canvas.write("url", "https://erp.example.com/orders")
    canvas.panel.get_by_role("button", name="Remove the step").click()
    expect(canvas.steps).to_have_count(1)
    canvas.without_problems()
    canvas.page.keyboard.press("Control+z")
    expect(canvas.steps).to_have_count(2)
    canvas.select("HTTP request")
    expect(canvas.panel.get_by_role("button", name="Remove the step")).to_be_visible()


def test_what_a_test_run_gave_is_pinned_beside_what_was_written_by_hand(webhook_and_if):
    """Each is marked with its word on the step and in its panel; a pin comes first; undo takes each back."""
    canvas = webhook_and_if
    panel = canvas.panel
    expect(canvas.step("Webhook").get_by_text("Mock · ")).to_be_visible()
    canvas.drag_in("HTTP request", 420, 420)
    canvas.write("url", "https://erp.example.com/orders")
    canvas.tab("Sample")
    panel.get_by_role("button", name="Write a mock").click()
    canvas.write("mock", '{"status": 201, "body": {"id": "M-1"}}')
    expect(canvas.step("HTTP request").get_by_text("Mock · ")).to_be_visible()
    panel.get_by_role("button", name="Test this step").click()
    panel.get_by_role("button", name="Pin what came out").click()
    pinned = panel.get_by_role("region", name="Pin", exact=True)
    expect(pinned.get_by_text("A test-run gave it.")).to_be_visible()
    expect(panel.get_by_text("While there is a pin, it comes first.")).to_be_visible()
    expect(canvas.page.get_by_role("group", name="HTTP request, HTTP request, Pin")).to_be_visible()
    assert flaws(canvas.page) == []
    pinned.get_by_role("button", name="Unpin").click()
    expect(pinned).to_have_count(0)
    canvas.step("HTTP request").focus()
    canvas.page.keyboard.press("Control+z")
    expect(pinned).to_be_visible()
    canvas.page.keyboard.press("Control+z")
    expect(pinned).to_have_count(0)
    expect(canvas.step("HTTP request").get_by_text("Mock · ")).to_be_visible()


def test_what_is_seldom_needed_is_folded_until_it_is_filled_in_or_wrong(webhook_and_if):
    canvas = webhook_and_if
    canvas.drag_in("Approval", 420, 380)
    canvas.select("Approval")
    items, levels = canvas.field("items"), canvas.field("escalate")
    expect(canvas.field("approvers")).to_be_visible()
    for folded in (items, levels):
        expect(folded).to_be_hidden()
    canvas.unfold("Line by line")
    canvas.write("items", "trigger.line_items")
    canvas.saved()
    canvas.select("If")
    canvas.select("Approval")
    expect(items).to_be_visible()
    expect(levels).to_be_hidden()
    assert flaws(canvas.page) == []

    canvas.write("items", "steps.nobody")
    canvas.unfold("Line by line")
    expect(items).to_be_hidden()
    expect(canvas.panel.get_by_text("1 filled in")).to_be_visible()
    problems = canvas.page.get_by_role("region", name="Problems")
    problems.get_by_role("button", name="All problems").click()
    problems.get_by_role("button").filter(has_text="nobody").click()
    expect(items.get_by_role("textbox").first).to_be_focused()
