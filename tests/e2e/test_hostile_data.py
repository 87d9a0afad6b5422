"""What strangers put into an order is text wherever people read it: nothing of it runs."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.lived_in import lived_in
from tests.e2e.looks import console_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(180)]

HOSTILE = (
    "<script>window.ran=1</script>",
    '"><img src=x onerror=window.ran=1>',
    "{{7*7}}{{ trigger.refund.amount }}${7*7}",
    "javascript:window.ran=1",
    "</title></script><svg onload=window.ran=1>",
    "'-window.ran=1-'",
)


@pytest.fixture
def world(http_target):
    with lived_in(http_target) as made:
        yield made


def test_nothing_that_an_order_says_runs_anywhere(world, sit_down):
    runs = [world.refund("900.00", 7000 + n, first_name=text, last_name=text) for n, text in enumerate(HOSTILE)]
    jonas, mira = (world.studio.sign_in(sit_down(), name) for name in ("Jonas", "Mira"))
    dialogs = []
    for page in (jonas, mira):
        page.on("dialog", lambda dialog: dialogs.append(dialog.message) or dialog.dismiss())
    for text in HOSTILE:
        read(jonas, world.studio.url + "/inbox", text)
        decision = jonas.get_by_role("link", name=f"to {text} {text}").get_attribute("href")
        read(jonas, world.studio.url + decision, text)
        read(jonas, world.studio.url + decision + "/history", text)
        read(mira, world.studio.url + "/mailbox", text)
        read(mira, world.studio.url + "/audit", text)
    for run, text in zip(runs, HOSTILE, strict=True):
        read(mira, f"{world.studio.url}/runs/{run}", text)
        read(mira, f"{world.studio.url}/runs/{run}?step=request", text)
    mira.goto(world.studio.url + "/workflows")
    mira.get_by_role("link", name="High-value refunds").click()
    mira.get_by_role("link", name="Edit").click()
    mira.get_by_role("group", name="Refund requested, Webhook").locator("b").click()
    mira.get_by_role("tab", name="Sample").click()
    mira.get_by_label("Take a past event").select_option(index=1)
    mira.get_by_role("button", name="Pin this event").click()
    expect(mira.get_by_role("region", name="Pin", exact=True)).to_contain_text("window.ran")
    harmless(mira)
    assert dialogs == []


def read(page: Page, address: str, text: str) -> None:
    """The page shows the text as it was sent, and nothing of it did anything."""
    with console_of(page) as said:
        page.goto(address)
        expect(page.get_by_role("main")).to_contain_text(text)
        harmless(page)
    assert said == []


def harmless(page: Page) -> None:
    assert page.evaluate("window.ran") is None
    assert page.locator("img[src=x], a[href^='javascript:'], svg[onload]").count() == 0
