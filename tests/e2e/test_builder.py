"""The builder under the hands of people: keys, two tabs, a reload, a test-run, what is wrong and where."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import shopify
from tests.e2e.canvas import Canvas
from tests.e2e.connected import connect_two
from tests.e2e.looks import flaws
from tests.e2e.studio import Studio, running_studio

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with running_studio(furnish=connect_two) as running:
        yield running


@pytest.fixture
def builder(studio, sit_down) -> Page:
    return studio.sign_in(sit_down(), "Sofia")


@pytest.fixture
def canvas(builder, studio) -> Canvas:
    builder.goto(studio.url + "/workflows")
    builder.get_by_role("button", name="New workflow").first.click()
    return Canvas(builder)


def test_what_was_done_is_undone_and_done_again_by_keyboard(canvas):
    canvas.drag_in("Webhook", 420, 60)
    canvas.drag_in("If", 420, 220)
    canvas.connect("Webhook", "next", "If")
    for steps, lines in ((2, 0), (1, 0), (0, 0)):
        canvas.page.keyboard.press("Control+z")
        expect(canvas.steps).to_have_count(steps)
        expect(canvas.lines).to_have_count(lines)
    for _ in range(3):
        canvas.page.keyboard.press("Control+y")
    expect(canvas.steps).to_have_count(2)
    expect(canvas.lines).to_have_count(1)
    canvas.saved()


def test_an_empty_canvas_offers_what_most_begin_with(canvas):
    """And again once the first step is undone; a template is one click away."""
    page = canvas.page
    starts = page.locator(".canvas-empty")
    expect(starts.get_by_role("button")).to_have_text(["Shop event", "Webhook", "Schedule", "By hand"])
    starts.get_by_role("button", name="Schedule").click()
    expect(canvas.step("Schedule")).to_be_visible()
    expect(starts).to_have_count(0)
    expect(canvas.panel.get_by_label("Name of the step")).to_have_value("Schedule")
    page.keyboard.press("Control+z")
    expect(canvas.steps).to_have_count(0)
    starts.get_by_role("link", name="Begin with a template").click()
    expect(page.get_by_role("heading", name="Gallery")).to_be_visible()


def test_steps_are_added_connected_and_set_up_without_a_mouse(canvas):
    keyboard = canvas.page.keyboard
    add(canvas, "Webhook")
    add(canvas, "Note on the run")
    expect(canvas.lines).to_have_count(1)
    add(canvas, "Fail")
    expect(canvas.lines).to_have_count(2)

    canvas.step("Webhook").focus()
    keyboard.press("ArrowDown")
    expect(canvas.step("Note on the run")).to_be_focused()
    keyboard.press("Enter")
    expect(canvas.panel.locator(":focus")).to_be_visible()
    canvas.step("Webhook").focus()
    keyboard.press("Enter")
    canvas.panel.get_by_label("Connect next to").select_option("Fail")
    expect(canvas.lines).to_have_count(3)
    for _ in ("out of the field", "out of the step"):
        keyboard.press("Escape")
    walk_along_lines(canvas)
    canvas.step("Fail").focus()
    keyboard.press("Space")
    keyboard.press("Delete")
    expect(canvas.steps).to_have_count(2)
    expect(canvas.lines).to_have_count(1)


def walk_along_lines(canvas: Canvas) -> None:
    """Three lines: one is followed, deleted, brought back, and takes a step; each is said as it is reached."""
    page, keyboard = canvas.page, canvas.page.keyboard
    said, lit = page.get_by_role("status"), page.locator(".react-flow__edge.selected")
    canvas.step("Webhook").focus()
    keyboard.press("l")
    expect(said.filter(has_text="Line from Webhook (next) to Note on the run, 1 of 2")).to_be_visible()
    keyboard.press("l")
    expect(said.filter(has_text="Line from Webhook (next) to Fail, 2 of 2")).to_be_visible()
    expect(lit).to_have_count(1)
    expect(canvas.step("Webhook")).to_be_focused()
    keyboard.press("Enter")
    expect(canvas.step("Fail")).to_be_focused()
    keyboard.press("Shift+L")
    expect(said.filter(has_text="Line from Webhook (next) to Fail, 2 of 2")).to_be_visible()
    keyboard.press("Delete")
    expect(canvas.lines).to_have_count(2)
    keyboard.press("Control+z")
    expect(canvas.lines).to_have_count(3)
    keyboard.press("Control+k")
    keyboard.type("next line of")
    keyboard.press("Enter")
    expect(said.filter(has_text="Line from Note on the run (next) to Fail, 1 of 2")).to_be_visible()
    keyboard.press("Insert")
    keyboard.type("If")
    keyboard.press("Enter")
    expect(canvas.steps).to_have_count(4)
    expect(canvas.lines).to_have_count(4)
    keyboard.press("Control+z")
    expect(canvas.steps).to_have_count(3)
    expect(canvas.lines).to_have_count(3)


def add(canvas: Canvas, title: str) -> None:
    before = canvas.steps.count()
    canvas.page.keyboard.press("Escape")
    canvas.page.keyboard.press("/")
    canvas.page.keyboard.type(title)
    canvas.page.keyboard.press("Enter")
    expect(canvas.steps).to_have_count(before + 1)
    canvas.page.get_by_label("Find a step").fill("")
    canvas.page.keyboard.press("Escape")


def test_notes_and_groups_stand_beside_the_steps_and_are_undone(canvas):
    page, keyboard = canvas.page, canvas.page.keyboard
    for y, name in ((60, "Webhook"), (200, "Note on the run"), (340, "Fail")):
        canvas.drag_in(name, 420, y)
    canvas.connect("Webhook", "next", "Note on the run")
    canvas.connect("Note on the run", "next", "Fail")
    canvas.step("Note on the run").locator("b").click()
    canvas.step("Fail").locator("b").click(modifiers=["Shift"])
    keyboard.press("Control+g")
    canvas.panel.get_by_label("Name of the group").fill("Give up")
    frame = canvas.beside("^Group Give up, 2 steps")
    expect(frame).to_be_visible()

    before = canvas.step("Fail").bounding_box()
    head = frame.locator(".group-head b").bounding_box()
    page.mouse.move(head["x"] + 20, head["y"] + 10)
    page.mouse.down()
    page.mouse.move(head["x"] + 140, head["y"] + 10, steps=6)
    page.mouse.up()
    assert canvas.step("Fail").bounding_box()["x"] - before["x"] >= 80
    frame.focus()
    keyboard.press("-")
    expect(canvas.steps).to_have_count(1)
    expect(canvas.lines).to_have_count(1)
    expect(canvas.beside("^Group Give up, collapsed, 2 steps")).to_be_visible()

    keyboard.press("Escape")
    keyboard.press("n")
    expect(page.locator("textarea:focus")).to_be_visible()
    keyboard.type("Ask <b>Anna</b> first")
    keyboard.press("Escape")
    note = canvas.beside("^Note: Ask .b.Anna..b. first$")
    expect(note).to_be_focused()
    width = int(note.bounding_box()["width"])
    keyboard.press("Alt+Shift+ArrowRight")
    expect(note).to_have_css("width", f"{width + 20}px")
    canvas.saved()
    page.reload()
    expect(note).to_be_visible()
    expect(canvas.beside("^Group Give up, collapsed")).to_be_visible()
    canvas.beside("^Group Give up, collapsed").get_by_role("button", name="Open Give up").click()
    expect(canvas.steps).to_have_count(3)

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    canvas.step("Fail").focus()
    for chord in ("Control+a", "Control+c", "Control+v"):
        keyboard.press(chord)
    expect(canvas.steps).to_have_count(6)
    expect(note).to_have_count(2)
    expect(canvas.beside("^Group Give up, 2 steps")).to_have_count(2)
    canvas.saved()
    keyboard.press("Control+z")
    expect(canvas.steps).to_have_count(3)
    expect(note).to_have_count(1)


def test_ctrl_k_finds_steps_commands_and_what_can_be_added(canvas):
    page, keyboard = canvas.page, canvas.page.keyboard
    finder = page.get_by_role("combobox", name="Find a step or a command")
    for name in ("Webhook", "Set fields"):
        keyboard.press("Control+k")
        expect(finder).to_be_focused()
        keyboard.type(name.lower())
        expect(page.locator(".finder [aria-selected=true]")).to_contain_text(name)
        keyboard.press("Enter")
        expect(canvas.step(name)).to_be_visible()
    expect(finder).to_have_count(0)
    canvas.drag_in("Fail", 640, 640)
    keyboard.press("Control+k")
    keyboard.type("webh")
    keyboard.press("Enter")
    expect(canvas.step("Webhook")).to_be_focused()
    keyboard.press("Control+a")
    keyboard.press("Control+k")
    keyboard.type("align left")
    assert flaws(page) == []
    keyboard.press("Enter")
    lefts = {round(canvas.step(name).bounding_box()["x"]) for name in ("Webhook", "Set fields", "Fail")}
    assert len(lefts) == 1
    canvas.select("Fail")
    canvas.step("Fail").focus()
    keyboard.press("r")
    keyboard.type("Note on the run")
    keyboard.press("Enter")
    expect(canvas.step("Note on the run")).to_be_visible()
    expect(canvas.steps).to_have_count(3)
    keyboard.press("Control+k")
    keyboard.type("show the map")
    keyboard.press("Enter")
    expect(page.get_by_role("img", name="Map of the canvas")).to_be_visible()
    page.reload()
    expect(page.get_by_role("img", name="Map of the canvas")).to_be_visible()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Hide the map").click()
    expect(page.get_by_role("img", name="Map of the canvas")).to_have_count(0)


def test_a_draft_survives_a_reload(canvas):
    canvas.drag_in("Webhook", 420, 60)
    canvas.rename("Webhook", "Order created")
    canvas.saved()
    canvas.page.reload()
    expect(canvas.step("Order created")).to_be_visible()
    canvas.rename("Order created", "Order paid")
    address = canvas.page.url
    canvas.page.get_by_role("link", name="Workflows").click()  # at once: what is not saved yet leaves with the page
    expect(canvas.page.get_by_role("heading", name="Workflows")).to_be_visible()
    canvas.page.goto(address)
    expect(canvas.step("Order paid")).to_be_visible()


def test_two_tabs_that_change_one_workflow_lose_nothing(canvas, builder):
    canvas.drag_in("Webhook", 420, 60)
    canvas.saved()
    second = builder.context.new_page()
    second.goto(builder.url)
    theirs = Canvas(second)
    theirs.drag_in("Fail", 420, 300)
    theirs.saved()

    canvas.drag_in("If", 420, 220)
    banner = canvas.page.get_by_role("alert").filter(has_text="changed this workflow in another tab")
    expect(banner).to_be_visible()
    expect(canvas.step("If")).to_be_visible()
    banner.get_by_role("button", name="Load theirs").click()
    expect(canvas.step("Fail")).to_be_visible()
    expect(canvas.step("If")).to_have_count(0)
    canvas.page.get_by_role("button", name="Undo").click()
    expect(canvas.step("If")).to_be_visible()
    canvas.saved()
    second.reload()
    expect(theirs.step("If")).to_be_visible()


def test_a_test_run_shows_on_the_canvas_what_each_step_did_and_sends_nothing(canvas, http_target):
    canvas.drag_in("Webhook", 420, 60)
    canvas.sample(shopify.order())
    canvas.drag_in("If", 420, 220)
    canvas.drag_in("HTTP request", 420, 420)
    canvas.connect("Webhook", "next", "If")
    canvas.connect("If", "true", "HTTP request")
    canvas.select("If")
    canvas.field("condition").get_by_role("button", name="Expression").click()
    canvas.write("condition", "trigger.total_price > 400")
    canvas.select("HTTP request")
    canvas.write("url", http_target.url)
    canvas.without_problems()
    canvas.page.get_by_role("button", name="Test on a sample").click()
    dialog = canvas.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Run the test").click()
    expect(dialog.get_by_text("Everything that leaves Studio is simulated.")).to_be_visible()
    dialog.get_by_role("button", name="Look at the canvas").click()
    for name in ("Webhook", "If", "HTTP request"):
        expect(canvas.step(name).get_by_role("img", name="Done")).to_be_visible()
    assert http_target.requests == []


def test_steps_with_effects_are_switched_on_one_by_one(canvas):
    for place, name in enumerate(("Webhook", "Send e-mail", "Approval", "Delay")):
        canvas.drag_in(name, 420, 60 + 140 * place)
    canvas.page.get_by_role("button", name="Test on a sample").click()
    dialog = canvas.page.get_by_role("dialog")
    switches = dialog.get_by_role("group", name="Steps that really act").get_by_role("checkbox")
    expect(switches).to_have_count(1)  # nobody waits in a test, so an approval cannot be real
    dialog.get_by_role("checkbox", name="Send e-mail").check()
    expect(dialog.get_by_text("One step really acts.")).to_be_visible()
    dialog.get_by_role("button", name="Run the test").click()
    dialog.get_by_role("button", name="Look at the canvas").click()
    expect(canvas.step("Webhook").get_by_role("img", name="Done")).to_be_visible()
    canvas.page.get_by_role("button", name="Clear the test-run").click()
    expect(canvas.step("Webhook").get_by_role("img", name="Done")).to_have_count(0)


def test_the_faulty_part_of_an_expression_is_underlined(canvas):
    canvas.drag_in("Webhook", 420, 60)
    canvas.sample(shopify.order())
    canvas.drag_in("If", 420, 220)
    canvas.connect("Webhook", "next", "If")
    canvas.select("If")
    canvas.field("condition").get_by_role("button", name="Expression").click()
    canvas.write("condition", 'trigger.total_price > 400 && trigger.custmer.email == "a"')
    expect(canvas.panel.locator(".cm-lintRange")).to_have_text("trigger.custmer")
    canvas.write("condition", "")
    expect(canvas.field("condition").get_by_text("Fill in “Condition”.")).to_be_visible()
    expect(canvas.panel.locator(".cm-lintRange")).to_have_count(0)


def test_the_list_of_steps_stands_beside_the_canvas(canvas):
    canvas.drag_in("Webhook", 420, 60)
    canvas.drag_in("Fail", 420, 260)
    canvas.select_nothing()
    canvas.page.get_by_role("button", name="Steps as a list").click()
    steps = canvas.page.get_by_role("region", name="Steps in the order they run")
    steps.get_by_role("button", name="Webhook").focus()
    canvas.page.keyboard.press("ArrowDown")
    canvas.page.keyboard.press("Enter")
    expect(canvas.panel.get_by_label("Name of the step")).to_have_value("Fail")
    expect(canvas.step("Fail")).to_be_visible()
    canvas.page.keyboard.press("/")
    expect(canvas.page.get_by_label("Find a step")).to_be_focused()


def test_steps_are_copied_pasted_and_tidied_by_keyboard(canvas):
    keyboard = canvas.page.keyboard
    canvas.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    canvas.drag_in("Webhook", 420, 60)
    canvas.drag_in("Fail", 700, 400)
    canvas.connect("Webhook", "next", "Fail")
    canvas.step("Webhook").focus()
    keyboard.press("Control+a")
    keyboard.press("Control+c")
    keyboard.press("Control+v")
    expect(canvas.steps).to_have_count(4)
    expect(canvas.lines).to_have_count(2)
    keyboard.press("Control+x")
    expect(canvas.steps).to_have_count(2)
    keyboard.press("Control+z")
    keyboard.press("Control+z")
    expect(canvas.steps).to_have_count(2)
    canvas.saved()
    before = _x(canvas, "Fail")
    keyboard.press("Escape")
    canvas.page.get_by_role("button", name="Tidy up").click()
    expect(canvas.page.get_by_role("button", name="Undo")).to_have_attribute("title", "Undo: tidy up")
    assert _x(canvas, "Webhook") == _x(canvas, "Fail") != before


def _x(canvas: Canvas, name: str) -> float:
    """Its place on the canvas, wherever that is looked at from."""
    return canvas.step(name).evaluate("step => new DOMMatrix(getComputedStyle(step).transform).e")


def test_a_box_and_a_choice_are_undone_where_they_stand(canvas):
    canvas.drag_in("Webhook", 420, 60)
    canvas.select("Webhook")
    canvas.unfold("Requests and answers")
    expect(canvas.field("methods").get_by_role("checkbox", name="POST")).to_be_checked()
    get = canvas.field("methods").get_by_role("checkbox", name="GET")
    get.check()
    canvas.page.keyboard.press("Control+z")
    expect(get).not_to_be_checked()
    answer = canvas.field("answer").get_by_role("combobox")
    answer.select_option("Result")
    answer.press("Control+z")
    expect(answer.locator("option:checked")).to_have_text("Accepted")
    expect(canvas.field("answer").get_by_role("button", name="Expression")).to_have_count(0)


def test_signing_in_again_saves_what_was_not_saved(canvas, builder, studio):
    canvas.drag_in("Webhook", 420, 60)
    canvas.saved()
    builder.context.clear_cookies()
    canvas.rename("Webhook", "Order paid")
    expect(canvas.page.get_by_text("Not saved: sign in in another tab")).to_be_visible()
    address = builder.url
    studio.sign_in(builder.context.new_page(), "Sofia").close()
    canvas.page.keyboard.press("Control+s")
    canvas.saved()
    builder.goto(address)
    expect(canvas.step("Order paid")).to_be_visible()


def test_an_expression_waits_while_its_field_is_fixed(canvas):
    canvas.drag_in("Webhook", 420, 60)
    canvas.drag_in("For each", 420, 220)
    canvas.select("For each")
    field = canvas.field("concurrency")
    field.get_by_role("textbox").fill("4")
    field.get_by_role("button", name="Expression").click()
    canvas.write("concurrency", "trigger.lanes")
    field.get_by_role("button", name="Fixed").click()
    expect(field.get_by_role("textbox")).to_have_value("4")
    field.get_by_role("button", name="Expression").click()
    expect(field.locator(".cm-content")).to_have_text("trigger.lanes")


def test_a_problem_of_the_workflow_leads_to_its_form(canvas):
    canvas.drag_in("Webhook", 420, 60)
    canvas.select_nothing()
    canvas.panel.get_by_label("Title of each run").fill("{{ trigger.name }")
    canvas.select("Webhook")
    problems = canvas.page.get_by_role("region", name="Problems")
    problems.get_by_role("button", name="Run title").click()
    expect(canvas.panel.get_by_label("Title of each run")).to_be_focused()


def test_the_limits_of_a_workflow_are_set_kept_and_lifted(canvas):
    canvas.drag_in("Webhook", 420, 60)
    canvas.sample(shopify.order())
    canvas.select_nothing()
    panel = canvas.panel
    panel.get_by_label("Runs about the same thing").select_option("Wait for their turn")
    panel.get_by_label("Key", exact=True).fill("steps.nothing")
    problems = canvas.page.get_by_role("region", name="Problems")
    problems.get_by_role("button", name="Key of “one at a time”").first.click()
    expect(panel.get_by_label("Key", exact=True)).to_be_focused()
    panel.get_by_label("Key", exact=True).fill("trigger.id")
    canvas.without_problems()
    panel.get_by_label("At once, at most").fill("0")
    expect(panel.get_by_label("At once, at most")).to_have_value("1")
    panel.get_by_label("Starts, at most").fill("5")
    panel.get_by_label("Beyond that").select_option("Events are turned away")
    panel.get_by_label("Priority").select_option("Before others")
    assert flaws(canvas.page) == []
    canvas.saved()
    canvas.page.reload()
    canvas.select_nothing()
    expect(panel.get_by_label("Runs about the same thing")).to_have_value("queue")
    expect(panel.get_by_label("Key", exact=True).first).to_have_value("trigger.id")
    expect(panel.get_by_label("in seconds")).to_have_value("60")
    expect(panel.get_by_label("Beyond that")).to_have_value("skip")
    expect(panel.get_by_label("Priority")).to_have_value("high")
    panel.get_by_label("Runs about the same thing").select_option("Go side by side")
    panel.get_by_label("Starts, at most").fill("")
    panel.get_by_label("At once, at most").fill("")
    expect(panel.get_by_label("Key", exact=True)).to_have_count(0)
    canvas.saved()


def test_every_part_of_the_builder_is_readable_in_both_themes(canvas):
    page = canvas.page
    canvas.drag_in("Webhook", 420, 60)
    canvas.sample(shopify.order())
    canvas.drag_in("If", 420, 220)
    canvas.connect("Webhook", "next", "If")
    canvas.select("If")
    canvas.saved()
    found = flaws(page)
    for tab in ("Reliability", "Sample", "Notes"):
        canvas.tab(tab)
        found += flaws(page)
    page.get_by_role("button", name="Steps as a list").click()
    found += flaws(page)
    for button in ("Test on a sample", "Publish…"):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        found += flaws(page)
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += flaws(page)
    assert found == []


def test_a_workflow_is_picked_from_those_that_may_be_called(canvas, builder, studio):
    canvas.drag_in("Called by another workflow", 420, 60)
    canvas.select("Called by another workflow")
    canvas.field("fields").get_by_role("button", name="Add").click()
    canvas.field("fields.0.name").get_by_role("textbox").fill("order")
    builder.keyboard.press("Escape")  # out of the field
    canvas.select_nothing()
    builder.get_by_label("Name of the workflow").fill("Refund one order")
    canvas.publish("May be called")
    builder.goto(studio.url + "/workflows")
    builder.get_by_role("button", name="New workflow").first.click()
    caller = Canvas(builder)
    caller.drag_in("Webhook", 420, 60)
    caller.drag_in("Run another workflow", 420, 220)
    caller.connect("Webhook", "next", "Run another workflow")
    caller.select("Run another workflow")
    caller.panel.get_by_label("Workflow", exact=True).select_option("Refund one order")
    expect(caller.field("workflow")).to_contain_text("It asks for: order")
    expect(caller.field("inputs")).to_contain_text("needs the input “order”")
    caller.panel.get_by_role("button", name="Add its inputs").click()
    expect(caller.field("inputs").get_by_label("Name 1")).to_have_value("order")
    caller.write("inputs", "{{ trigger.id }}", 1)
    expect(caller.step("Run another workflow")).to_contain_text("Refund one order")
    caller.saved()
    assert flaws(builder) == []


def test_an_action_of_a_connection_is_found_and_filled_in_by_keyboard(canvas):
    keyboard, step = canvas.page.keyboard, "Action by a connection"
    canvas.drag_in("Webhook", 420, 60)
    canvas.drag_in(step, 420, 260)
    canvas.connect("Webhook", "next", step)
    canvas.select(step)
    action = canvas.panel.get_by_label("Action", exact=True)
    expect(action).to_be_disabled()
    connection = canvas.panel.get_by_label("Connection", exact=True)
    connection.focus()
    keyboard.type("Lumen")
    expect(connection).to_have_value("lumen-shop")
    expect(connection).to_contain_text("Lumen shop · Vendure · Connected")
    expect(action).to_be_enabled()
    action.focus()
    keyboard.type("note order")
    expect(canvas.panel.get_by_role("option", name="Add a note to an order")).to_have_attribute("aria-selected", "true")
    assert flaws(canvas.page) == []
    keyboard.press("Enter")
    expect(action).to_have_value("Add a note to an order")
    expect(action).to_be_focused()
    for name in ("order", "text"):
        expect(canvas.field(f"input.{name}").locator(".error")).to_be_visible()
    canvas.write("input.order", "{{ trigger.id }}")
    canvas.panel.get_by_label("Channel, store or warehouse").select_option("Outlet (channel)")
    expect(canvas.field("input.order").locator(".error")).to_have_count(0)
    expect(canvas.field("input.text").locator(".error")).to_be_visible()
    expect(canvas.step(step)).to_contain_text("Add a note to an order")
    canvas.saved()
    assert flaws(canvas.page) == []

    canvas.write("input.text", "Looked at")
    canvas.without_problems()
    action.focus()
    keyboard.press("ArrowDown")
    keyboard.type("hold an order")
    keyboard.press("Enter")
    expect(canvas.field("input.text")).to_have_count(0)
    expect(canvas.field("input.order")).to_contain_text("{{ trigger.id }}")
    canvas.without_problems()
    connection.select_option("erp")
    expect(canvas.field("action").locator(".error")).to_contain_text("another kind of system")
    action.focus()
    keyboard.press("ArrowDown")
    expect(canvas.field("action")).to_contain_text("This connection offers no actions")
    expect(canvas.field("input")).to_contain_text("Choose another action, or another connection.")


def test_a_problem_leads_to_its_field(canvas):
    canvas.drag_in("Webhook", 420, 60)
    canvas.drag_in("HTTP request", 420, 260)
    canvas.connect("Webhook", "next", "HTTP request")
    canvas.select("Webhook")
    problems = canvas.page.get_by_role("region", name="Problems")
    expect(problems).not_to_have_attribute("data-problems", "0")
    problems.get_by_role("button", name="HTTP request: ").first.click()
    expect(canvas.panel.get_by_label("Name of the step")).to_have_value("HTTP request")
    expect(canvas.field("url").locator(":focus")).to_be_visible()
    canvas.write("url", "https://erp.example.com/refunds")
    canvas.without_problems()


def test_a_problem_is_mended_by_one_click_and_one_undo_brings_it_back(canvas):
    """A step that nothing leads to is taken away."""
    canvas.drag_in("Webhook", 420, 260)
    canvas.drag_in("HTTP request", 760, 420)
    canvas.write("url", "https://erp.example.com/orders")
    problems = canvas.page.get_by_role("region", name="Problems")
    expect(problems.get_by_text("1 hint")).to_be_visible()
    expect(problems.get_by_role("button", name="“HTTP request” never runs")).to_be_visible()
    problems.get_by_role("button", name="Remove the step").click()
    expect(canvas.steps).to_have_count(1)
    canvas.without_problems()
    canvas.page.keyboard.press("Control+z")
    expect(canvas.steps).to_have_count(2)
    expect(problems.get_by_role("button", name="Remove the step")).to_be_visible()


def test_a_segment_that_means_nobody_yet_is_made_and_picked_for_a_step(canvas, builder, studio):
    made = builder.context.new_page()
    made.goto(studio.url + "/flag-segments/new")
    made.get_by_label("Name", exact=True).fill("Refunded customers")
    made.get_by_label("Field", exact=True).fill("userId")
    expect(made.get_by_text("A list without values means nobody yet")).to_be_visible()
    assert flaws(made) == []
    made.get_by_role("button", name="Make the segment").click()
    expect(made.get_by_role("link", name="Refunded customers")).to_be_visible()

    canvas.drag_in("Webhook", 420, 60)
    canvas.drag_in("Set a flag", 420, 260)
    canvas.connect("Webhook", "next", "Set a flag")
    canvas.select("Set a flag")
    canvas.panel.get_by_label("What to do").select_option(label="Give")
    picker = canvas.panel.get_by_label("Segment", exact=True)
    expect(picker).to_contain_text("None: the flag")
    picker.select_option("Refunded customers")
    expect(canvas.field("segment").get_by_role("link", name="Segments")).to_have_attribute("href", "/flag-segments")
    assert flaws(canvas.page) == []
    canvas.saved()
    canvas.page.reload()
    canvas.select("Set a flag")
    expect(picker).to_have_value("Refunded customers")


def test_a_line_of_a_large_workflow_is_clicked_from_afar_and_from_near_after_the_view_moved(canvas):
    page = canvas.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", json.dumps(_chains(steps=160, wide=10)))
    page.locator(".canvas").click(position={"x": 400, "y": 500})
    page.keyboard.press("Control+v")
    expect(canvas.steps).to_have_count(160)
    page.get_by_role("button", name="Fit", exact=True).click()
    expect(canvas.lines).to_have_count(0)  # all are one drawing
    zoom = page.get_by_role("button", name="set it to 100 %")
    expect(zoom).not_to_have_text("100 %")
    middle = page.evaluate(_MIDDLE)
    zoom.click()
    expect(zoom).to_have_text("100 %")
    assert page.evaluate(_MIDDLE) == pytest.approx(middle, abs=1)
    page.keyboard.press("Shift+Digit1")
    expect(canvas.lines).to_have_count(0)
    page.keyboard.press("Shift+Digit0")
    expect(zoom).to_have_text("100 %")
    page.keyboard.press("Control+k")
    page.keyboard.type("show the whole")
    page.keyboard.press("Enter")
    expect(canvas.lines).to_have_count(0)
    _pan(canvas, 60, -40)

    _click_between(canvas, "Step 44", "Step 54")
    expect(canvas.lines).to_have_class(re.compile("selected"))
    page.keyboard.press("Delete")
    _click_between(canvas, "Step 44", "Step 54", there=False)
    expect(canvas.lines).to_have_count(0)
    page.keyboard.press("Control+z")
    _click_between(canvas, "Step 44", "Step 54")
    expect(canvas.lines).to_have_count(1)

    canvas.step("Step 44").focus()
    page.keyboard.press("ArrowDown")
    expect(canvas.step("Step 54")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(7):
        page.get_by_role("button", name="Zoom in").click()
    expect(page.locator(".canvas")).to_have_attribute("data-distance", "near")
    _pan(canvas, -40, 30)
    expect(canvas.lines.first).to_be_attached()
    assert canvas.lines.count() < 150
    assert page.evaluate(_BESIDE_THEIR_PORTS) == []
    _click_between(canvas, "Step 74", "Step 84")
    expect(canvas.lines.and_(page.locator(".selected"))).to_have_count(1)


_MIDDLE = """() => {
  const { a, e, f } = new DOMMatrix(getComputedStyle(document.querySelector(".react-flow__viewport")).transform);
  const { width, height } = document.querySelector(".react-flow__pane").getBoundingClientRect();
  return [(width / 2 - e) / a, (height / 2 - f) / a];
}"""
"""The point of the workflow that is seen in the middle."""

_BESIDE_THEIR_PORTS = """() => {
  const { a, e, f } = new DOMMatrix(getComputedStyle(document.querySelector(".react-flow__viewport")).transform);
  const pane = document.querySelector(".react-flow__pane").getBoundingClientRect();
  return [...document.querySelectorAll(".react-flow__edge")].filter((line) => {
    const [step, port] = line.dataset.id.split("/");
    const [x, y] = line.querySelector("path").getAttribute("d").match(/[-\\d.]+/g).map(Number);
    const shown = document.querySelector(`[data-step="${step}"][data-port="${port}"]`).getBoundingClientRect();
    const [left, bottom] = [pane.left + e + x * a, pane.top + f + y * a];
    return Math.abs(left - shown.left - shown.width / 2) > 0.5 || Math.abs(bottom - shown.bottom) > 0.5;
  }).map((line) => line.dataset.id);
}"""
"""Lines that do not begin where their port is drawn."""


def _chains(steps: int, wide: int) -> dict[str, Any]:
    """Rows of steps, each of which leads to the one below it; those of one row decide."""
    nodes = [
        {"key": f"s{n}", "name": f"Step {n}", "version": 1}
        | ({"type": "condition.if", "config": {}} if n // wide == 9 else {"type": "data.set", "config": {"fields": []}})
        | {"position": {"x": 280 * (n % wide), "y": 140 * (n // wide)}}
        for n in range(steps)
    ]
    edges = [
        {"from": f"s{n - wide}", "port": "true" if n // wide == 10 else "next", "to": f"s{n}"}
        for n in range(wide, steps)
    ]
    return {"schema": "studio.workflow/1", "nodes": nodes, "edges": edges}


def _pan(canvas: Canvas, x: int, y: int) -> None:
    """By the wheel, until the view has moved."""
    view = canvas.page.locator(".react-flow__viewport")
    before = view.evaluate("view => getComputedStyle(view).transform")
    canvas.page.mouse.move(700, 400)
    canvas.page.mouse.wheel(x, y)
    expect(view).not_to_have_css("transform", before)


def _click_between(canvas: Canvas, above: str, below: str, *, there: bool = True) -> None:
    """Where the line from one card to the one below it runs, or would run; beside the "+" in its middle."""
    line = canvas.page.get_by_label(f"Edge from {above} to {below}".replace("Step ", "s"), exact=True)
    a, b = canvas.step(above).bounding_box(), canvas.step(below).bounding_box()
    foot = a["y"] + a["height"]
    x, y = a["x"] + a["width"] / 2, foot + (b["y"] - foot) * 0.75
    canvas.page.mouse.move(x, y + 1)
    canvas.page.mouse.move(x, y)
    expect(line).to_have_count(1 if there else 0)  # the pointer has called it, as it does before a hand can press
    canvas.page.mouse.down()
    canvas.page.mouse.up()
