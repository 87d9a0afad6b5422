"""From an empty canvas to a call under its key; from a failure to a run that ended well."""

import os

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import shopify
from tests.e2e.canvas import Canvas
from tests.e2e.conftest import PHONE
from tests.e2e.looks import DESK, flaws
from tests.e2e.studio import code_in, link_in

SHOTS = os.environ.get("STUDIO_SHOTS")
"""A folder for pictures, for whoever wants to look."""
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

TITLE = "Ship order {{ trigger.name }} over {{ trigger.total_price_set.shop_money | money }}?"


def test_an_order_is_drawn_approved_and_called_out_and_a_failure_is_mended(studio, sit_down, smtp, http_target):
    sofia = studio.sign_in(sit_down(), "Sofia")
    address = draw_and_publish(sofia, studio, http_target.url)

    run = studio.deliver(address, shopify.order(6021, "842.50"))
    approve_by_mail(sit_down(**PHONE), studio, "Ship order #6021 over €842.50?")
    told = http_target.wait_for(1)
    assert told.json() == {"order": 5421876546021, "total": "842.50", "approved_by": "Jonas Weber"}
    assert told.headers["idempotency-key"]
    sofia.goto(f"{studio.url}/runs/{run}")
    expect(chip(sofia, "Done")).to_be_visible()
    expect(sofia.get_by_text("Approved by Jonas Weber", exact=True)).to_be_visible()
    assert len(http_target.requests) == 1

    http_target.always(422, json_body={"message": "Warehouse 7 is closed"})
    smtp.clear()
    failed = studio.deliver(address, shopify.order(6022, "1290.00"))
    approve_by_mail(sit_down(**PHONE), studio, "Ship order #6022 over €1,290.00?")
    refused = http_target.wait_for(2)
    sofia.goto(studio.url + "/runs")
    row = sofia.get_by_role("row").filter(has_text="Order #6022")
    expect(row.get_by_text("Failed", exact=True)).to_be_visible(timeout=15_000)  # the list asks anew every five seconds
    expect(row).to_contain_text("Warehouse 7 is closed")
    row.get_by_role("link").click()
    expect(sofia).to_have_url(f"{studio.url}/runs/{failed}")
    expect(chip(sofia, "Failed at Tell the warehouse")).to_be_visible()
    expect(sofia.get_by_role("alert")).to_contain_text("Warehouse 7 is closed")

    http_target.always(200)
    sofia.get_by_role("button", name="Re-run…").click()
    dialog = sofia.get_by_role("dialog")
    expect(dialog.get_by_label("Start from")).to_have_value("http")
    dialog.get_by_role("button", name="Show the plan").click()
    expect(sofia.get_by_text("Nothing that this run has done happens again.")).to_be_visible()
    tell = sofia.get_by_role("row").filter(has_text="Tell the warehouse")
    expect(tell).to_contain_text("Tried again")
    expect(sofia.get_by_role("row").filter(has_text="Ship it?")).to_contain_text("Kept")
    shot(sofia, "rerun-plan")
    assert flaws(sofia, DESK) == []
    sofia.get_by_role("button", name="Run it again").click()
    repeated = http_target.wait_for(3)
    assert repeated.headers["idempotency-key"] == refused.headers["idempotency-key"]
    assert repeated.headers["idempotency-key"] != told.headers["idempotency-key"]
    assert repeated.body == refused.body
    expect(sofia).not_to_have_url(f"{studio.url}/runs/{failed}")
    expect(chip(sofia, "Done")).to_be_visible()
    sofia.get_by_role("link", name="repeats an earlier run").click()
    expect(sofia).to_have_url(f"{studio.url}/runs/{failed}")
    expect(sofia.get_by_text("Repeated as a new run")).to_be_visible()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def draw_and_publish(page: Page, studio, target: str) -> str:
    """Webhook → if → approval → HTTP, by hand; the webhook's address comes back."""
    page.goto(studio.url + "/workflows")
    page.get_by_role("button", name="New workflow").first.click()
    canvas = Canvas(page)
    page.get_by_label("Name of the workflow").fill("Large orders")
    canvas.drag_in("Webhook", 420, 60)
    canvas.drag_in("If", 420, 220)
    canvas.drag_in("Approval", 620, 380)
    canvas.drag_in("HTTP request", 420, 560)
    canvas.connect("Webhook", "next", "If")
    canvas.connect("If", "true", "Approval")
    canvas.connect("Approval", "approved", "HTTP request")

    canvas.select_nothing()
    canvas.panel.get_by_label("Title of each run").fill("Order {{ trigger.name }}")
    canvas.rename("Webhook", "Order created")
    canvas.sample(shopify.order())
    canvas.rename("If", "Large order?")
    canvas.field("condition").get_by_role("button", name="Expression").click()
    canvas.write("condition", "trigger.total_price > 400")
    canvas.rename("Approval", "Ship it?")
    canvas.write("title", TITLE)
    expect(canvas.field("title")).to_contain_text("Ship order #6021 over €842.50?")
    canvas.field("approvers").get_by_role("combobox").select_option("Jonas Weber · jonas@nordlicht.example")
    canvas.rename("HTTP request", "Tell the warehouse")
    canvas.write("url", target + "/orders")
    canvas.write(
        "body",
        '{"order": "{{ trigger.id }}", "total": "{{ trigger.total_price }}", "approved_by": "{{ steps.request.by }}"}',
    )
    canvas.unfold("Safety")
    canvas.field("if_unknown").get_by_role("combobox").select_option("Repeat")
    canvas.tab("Reliability")
    canvas.panel.get_by_label("Attempts").fill("1")
    canvas.without_problems()
    canvas.publish("Large orders wait for a yes")
    canvas.select("Order created")
    canvas.tab("Set up")
    return canvas.panel.locator(".copyable code").inner_text()


def approve_by_mail(phone: Page, studio, asked: str) -> None:
    """Follow the mail's link, type the code, say yes. Before the code the page gives nothing away."""
    mail = studio.mail_to("Jonas")
    assert asked in mail
    phone.goto(link_in(mail))
    expect(phone.get_by_role("heading", name="A decision waits for you")).to_be_visible()
    for secret in ("842.50", "1,290", "1290.00", "Anna Keller", "#602", "Ship order"):
        assert secret not in phone.content()
    phone.get_by_role("button", name="Send me a six-digit code").click()
    phone.get_by_label("Code").fill(code_in(studio.mail_to("Jonas", 2)))
    phone.get_by_role("button", name="Open the decision").click()
    expect(phone.get_by_role("heading", name=asked)).to_be_visible()
    phone.get_by_role("button", name="Approve").click()
    expect(phone.get_by_text("Jonas Weber approved this")).to_be_visible()


def chip(page: Page, text: str):
    return page.locator(".page-head .chip", has_text=text)
