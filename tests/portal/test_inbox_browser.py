"""The inbox in a real browser: keys, selections, news; at a desk and on a phone, with scripts and without."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from studio.approvals import service
from tests.e2e.looks import DESK, PHONE, console_of, flaws
from tests.factories.accounts import PASSWORD
from tests.factories.approvals import shown

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.parametrize("store", ["sqlite"], indirect=True)]

SELECTED = "input[name=pick]:checked"
ASK_NOW = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def opened(shop, address, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Jonas at his inbox."""
    with ExitStack() as stack:

        def sit_down(**options: object) -> Page:
            context = chromium.new_context(**({"viewport": DESK} | options))
            stack.callback(context.close)
            page = context.new_page()
            page.goto(f"{address}/sign-in")
            page.get_by_label("E-mail").fill(shop.jonas.email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/inbox")
            return page

        yield sit_down


def ask_some(shop):
    with shop.database.unit(shop.tenant.id) as uow:
        now = uow.now
    shop.ask(title="Change payout account to DE•• 4417", due_at=now + timedelta(minutes=12))
    shop.ask(title="Refund €420.00 to Anna Keller", due_at=now + timedelta(hours=3, minutes=40))
    shop.ask(title="Set price of “Trail shoe 42” to €39.00", instructions="Look at the photo first. " * 12)
    shop.ask(title="Roll out “new checkout” to 25 % of EU store", due_at=now + timedelta(hours=26))


def titles(page: Page) -> list[str]:
    return [row.get_by_role("link").first.inner_text() for row in page.locator("tbody tr").all()]


def test_keys_walk_select_and_lead_to_the_buttons_for_all(shop, opened):
    for title in ("First", "Second", "Third", "Fourth"):
        shop.ask(title=title)
    page = opened()
    keys = page.keyboard
    keys.press("j")
    expect(page.get_by_role("link", name="First")).to_be_focused()
    keys.press("x")
    keys.press("j")
    keys.press("j")
    keys.press("Shift+X")
    expect(page.locator(SELECTED)).to_have_count(3)
    expect(page.get_by_text("3 selected")).to_be_visible()
    keys.press("a")
    expect(page.locator("#bulk").get_by_role("button", name="Approve")).to_be_focused()
    assert not shop.heard.ends, "a key alone decides no selection"
    keys.press("d")
    expect(page.get_by_label("Why, for all of them")).to_be_focused()
    keys.type("jaxd")  # typed, not pressed
    expect(page.locator(SELECTED)).to_have_count(3)
    keys.press("Escape")
    keys.press("Escape")
    expect(page.locator(SELECTED)).to_have_count(0)
    expect(page.locator("#bulk")).to_be_hidden()
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys of the inbox")).to_be_visible()
    keys.press("j")
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Select: Second").click()
    page.get_by_label("Select: Fourth").click(modifiers=["Shift"])
    page.locator("#bulk").get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved: 3")).to_be_visible()
    assert sorted(end.title for end in shop.heard.ends) == ["Fourth", "Second", "Third"]
    page.get_by_role("link", name="Back to the inbox").click()
    expect(page.get_by_role("link", name="First")).to_be_visible()
    assert titles(page) == ["First"]


def test_all_on_the_page_are_selected_by_one_box(shop, opened):
    for title in ("First", "Second", "Third"):
        shop.ask(title=title)
    page = opened()
    page.get_by_label("Select all on this page").check()
    expect(page.locator(SELECTED)).to_have_count(3)
    page.get_by_label("Select: Second").uncheck()
    assert page.get_by_label("Select all on this page").evaluate("box => box.indeterminate")
    page.locator("#bulk").get_by_role("button", name="Clear").click()
    expect(page.locator(SELECTED)).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_enter_in_a_field_of_the_bar_decides_nothing(shop, opened, scripts):
    shop.ask()
    page = opened(java_script_enabled=scripts)
    page.get_by_label("Select: ").check()
    page.locator("#bulk summary").filter(has_text="Snooze").click()
    page.get_by_label("Until").select_option("custom")
    page.get_by_label("Date and time").press("Enter")
    refused = "Choose a date and a time" if scripts else "Press one of the buttons."
    expect(page.get_by_role("alert").get_by_text(refused)).to_be_visible()
    expect(page.locator(SELECTED)).to_have_count(1)
    assert not shop.heard.ends


def test_what_others_settle_closes_in_place_and_new_ones_wait_behind_a_bar(shop, opened):
    first = shop.ask(title="First")
    shop.ask(title="Second")
    page = opened()
    with console_of(page) as said:
        page.get_by_label("Select: First").check()
        with shop.database.unit(shop.tenant.id, shop.lena.actor) as uow:
            service.decline(uow, first, shown=shown(shop.database, shop.tenant, first), reason="Too much")
        shop.ask(title="Third")
        page.evaluate(ASK_NOW)
        row = page.locator("tr", has_text="First")
        expect(row.get_by_text("Lena Vogt declined this on")).to_be_visible()
        expect(row.get_by_role("button")).to_have_count(0)
        expect(page.locator(SELECTED)).to_have_count(0)
        expect(page.get_by_text("1 new approval.")).to_be_visible()
        expect(page.get_by_role("link", name="Pending 2")).to_be_visible()
        assert titles(page) == ["First", "Second"], "nothing has moved"
        page.get_by_role("link", name="Show", exact=True).click()
        expect(page.get_by_role("link", name="Third")).to_be_visible()
        assert titles(page) == ["Second", "Third"]
    assert not said


def test_nobodys_typing_is_taken_away_by_news(shop, opened):
    first = shop.ask(title="First")
    page = opened()
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.keyboard.type("Because")
    with shop.database.unit(shop.tenant.id, shop.lena.actor) as uow:
        service.approve(uow, first, shown=shown(shop.database, shop.tenant, first))
    page.evaluate(ASK_NOW)
    expect(page.get_by_text("Lena Vogt approved this on")).to_be_visible()
    expect(page.get_by_label("Why", exact=True)).to_have_value("Because")


def test_a_phone_without_scripts_selects_snoozes_and_decides(shop, opened):
    ask_some(shop)
    page = opened(viewport=PHONE, java_script_enabled=False)
    expect(page.locator("#bulk")).to_be_hidden()
    for box in page.locator("input[name=pick]").all():
        box.check()
    bar = page.locator("#bulk")
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved: 3 · Refused: 1")).to_be_visible()
    page.get_by_role("link", name="Back to the inbox").click()
    page.locator("input[name=pick]").check()
    page.locator("#bulk summary").filter(has_text="Snooze").click()
    page.locator("#bulk").get_by_role("button", name="Snooze").click()
    expect(page.get_by_text("Snoozed: 1")).to_be_visible()
    page.get_by_role("button", name="Undo: back to Pending").click()
    expect(page.get_by_text("Back in Pending: 1")).to_be_visible()


@pytest.mark.parametrize("width", [DESK, PHONE], ids=["desk", "phone"])
def test_every_state_of_the_inbox_is_readable_in_both_themes(shop, opened, width, tmp_path):
    page = opened(viewport=width)
    found = []

    def look(name: str) -> None:
        found.extend(f"{name} {flaw}" for flaw in flaws(page, width))
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=Path(tmp_path) / f"{name}-{width['width']}-{theme}.png")

    look("empty")
    ask_some(shop)
    page.reload()
    look("pending")
    page.locator("input[name=pick]").nth(0).check()
    page.locator("input[name=pick]").nth(2).check()
    look("selected")
    page.locator("#bulk summary").filter(has_text="Snooze").click()
    page.get_by_label("Until").select_option("custom")
    look("snooze")
    page.get_by_label("Until").select_option("tomorrow")
    page.locator("#bulk").get_by_role("button", name="Snooze").click()
    look("result")
    page.goto(page.url.replace("/selected", "") + "?q=nothing")
    look("nothing-found")
    page.goto(page.url.replace("q=nothing", "tab=snoozed"))
    look("snoozed")
    page.goto(page.url.replace("?tab=snoozed", ""))
    page.keyboard.press("?")
    if width == DESK:
        look("keys")
    assert not found, "\n".join(found)
