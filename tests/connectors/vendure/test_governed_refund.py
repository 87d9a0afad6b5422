"""The governed refund from end to end: a real shop, a browser, mail, a passkey, and a syslog server that has the event.

A cancelled order waits for a yes, then for the approver's proof; the shop pays back once, and the audit trail's
destination has it. Where the shop refuses, the run is re-run from that step once the shop lets it: nobody is asked
again, and the money goes back once.
"""

import json
import os
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
import requests
from flask import Flask
from playwright.sync_api import Page, expect

from studio.accounts.demo import Credentials
from studio.core.actor import Actor, ActorType
from studio.core.unit_of_work import UnitOfWork
from studio.export.service import configs
from studio.export.service.configs import Door
from studio.flags.service import environments
from studio.flags.serving import keys
from tests.connectors.vendure.desk import WAIT_MS, connect, until_it_listens
from tests.counterparts.vendure.shop import Placed, Shop
from tests.e2e.canvas import Canvas
from tests.e2e.conftest import sit_down
from tests.e2e.looks import flaws
from tests.e2e.studio import Studio, link_in, running_studio
from tests.e2e.test_passkeys import authenticator, make_passkey
from tests.servers.certificates import Authority
from tests.servers.missing import start_or_skip
from tests.servers.rsyslog import Rsyslog, rsyslog

__all__ = ["sit_down"]  # a fixture, by being imported

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(400)]
PIPELINE = """
receivers: {{audit: {{}}}}
exporters:
  syslog: {{endpoint: 127.0.0.1, port: {port}, tls: {{ca_pem: {authority}}}}}
service:
  pipelines:
    logs: {{receivers: [audit], exporters: [syslog]}}
"""
READS = ("ReadOrder", "ReadSettings", "UpdateSettings", "ReadChannel", "ReadStockLocation", "ReadCustomer")
WRITES = ("UpdateOrder",)


@pytest.fixture
def syslog(tmp_path: Path):
    """A syslog server, and the authority that its certificate is of."""
    authority = Authority(tmp_path)
    with ExitStack() as stack:
        yield start_or_skip(rsyslog(tmp_path, authority), stack), authority


@pytest.fixture
def storefront() -> dict[str, str]:
    """The key by which the shop's pages ask for flags."""
    return {}


@pytest.fixture
def studio(smtp, shop: Shop, storefront: dict[str, str], syslog: tuple[Rsyslog, Authority]):
    """Studio, which may call the shop and send to the syslog server though they are on this machine."""
    server, authority = syslog

    def furnish(app: Flask, people: list[Credentials]) -> None:
        text = PIPELINE.format(port=server.port, authority=json.dumps(authority.text))
        with _unit(app, people[0]) as uow:
            configs.save(uow, Door(("127.0.0.1",)), text)
            [place] = [one for one in environments.ensure(uow) if one.name == "production"]
            storefront["key"] = keys.make(uow, place.id, name="Storefront", kind="server").text

    allowed = f"{shop.url.removeprefix('http://')},127.0.0.1:{server.port}"
    with running_studio(smtp, allowed=allowed, furnish=furnish) as running:
        yield running
    shop.silence()


def test_a_cancelled_order_is_paid_back_once_after_a_yes_a_proof_and_with_its_receipt(
    studio: Studio, shop: Shop, storefront: dict[str, str], syslog: tuple[Rsyslog, Authority], sit_down
) -> None:
    role = shop.role(*READS, *WRITES)
    page = studio.sign_in(sit_down(), "Mira")
    connect(page, shop, shop.api_key(role=role))
    _publish(page)
    until_it_listens(page, shop, studio.url)
    large, second = shop.place_order("MACHINE", 2), shop.place_order("MACHINE", 2)

    approver = _with_a_passkey(studio, sit_down())
    _agree_and_prove(studio, shop, approver, large, mails=1)
    _open_run(page, studio, large.code)
    expect(page.locator(".page-head .chip", has_text="Done")).to_be_visible(timeout=WAIT_MS)
    shown = {name: _result(page, name) for name, _said in STEPS}
    assert shown == dict(STEPS)
    _look(page, "governed-refund-run")
    assert flaws(page) == []
    assert shop.refunds(large.id) == [large.total]
    assert any("made; number" in note for note in shop.notes(large.id))
    sees = {order.id: _sees_the_offer(studio, storefront["key"], shop, order) for order in (large, second)}
    assert sees == {large.id: True, second.id: False}
    server, _authority = syslog
    [sent] = [one for one in server.messages() if one.id.startswith("custom.refund_made")]
    event = json.loads(sent.text.lstrip("\ufeff"))
    assert event["metadata"]["amount"] == f"{large.total / 100:.2f}"

    shop.let(role, *READS)
    _agree_and_prove(studio, shop, approver, second, mails=3)
    _open_run(page, studio, second.code)
    expect(page.get_by_role("alert")).to_contain_text("does not let it do that", timeout=WAIT_MS)
    assert shop.refunds(second.id) == []
    shop.let(role, *READS, *WRITES)
    page.get_by_role("button", name="Re-run from “Refund it in the shop”").click()
    expect(page.locator(".page-head .chip", has_text="Done")).to_be_visible(timeout=WAIT_MS)
    again = {name: _result(page, name) for name, _said in STEPS}
    assert again == {name: f"{said} kept" if name in KEPT else said for name, said in STEPS}
    _look(page, "governed-refund-again")
    assert shop.refunds(second.id) == [second.total]
    assert len(studio.smtp.to(studio.people["Jonas"].email)) == 5, "nobody was asked again"
    assert _sees_the_offer(studio, storefront["key"], shop, second)


def _agree_and_prove(studio: Studio, shop: Shop, approver: Page, order: Placed, *, mails: int) -> None:
    """Cancel it; who is asked says yes and proves it. `mails`: how many they have had before."""
    shop.cancel_order(order.id)
    approver.goto(link_in(studio.mail_to("Jonas", mails + 1)))
    expect(approver.get_by_role("heading", name=order.code)).to_be_visible()
    approver.get_by_role("button", name="Approve").click()
    expect(approver.get_by_text("approved this")).to_be_visible()
    assert shop.refunds(order.id) == [], "nothing goes back before it is proved"
    mail = studio.mail_to("Jonas", mails + 2)
    approver.goto(next(word for word in mail.split() if "/prove/" in word))
    expect(approver.get_by_text(f"{order.total / 100:.2f}").first).to_be_visible()
    approver.get_by_role("button", name="Prove it is me").click()
    approver.get_by_role("button", name="Use a passkey").click()
    expect(approver.get_by_text("You have proved it.")).to_be_visible()


STEPS = [
    ("Above €100.00?", "yes"),
    ("Pay it back?", "Approved by Jonas Weber"),
    ("Above €500.00?", "yes"),
    ("Is it you?", "Jonas Weber has proved who they are"),
    ("Refund it in the shop", "Refund an order"),
    ("Show refunded customers the goodwill offer", "1 value of userId now has refund-goodwill in Production"),
    ("Have it confirmed", "The destination has the event"),
    ("Note it at the order", "Add a note to an order"),
]
KEPT = [name for name, _said in STEPS[:4]]
"""What a re-run of the refund takes over."""


def _publish(page: Page) -> None:
    page.get_by_role("link", name="Gallery").click()
    page.get_by_role("link", name="Governed refund of cancelled orders").first.click()
    page.get_by_role("link", name="Use").click()
    expect(page.get_by_label("Shop", exact=True).locator("option:checked")).to_have_text("Vendure")
    page.get_by_label("Jonas").check()
    page.get_by_label("Lena").uncheck()
    page.get_by_label("Where the audit trail goes").fill("syslog")
    page.get_by_role("button", name="Make the draft").click()
    canvas = Canvas(page)
    canvas.without_problems()
    _look(page, "governed-refund-canvas")
    canvas.publish("Pay cancelled orders back")


def _with_a_passkey(studio: Studio, page: Page) -> Page:
    studio.sign_in(page, "Jonas")
    page.goto(f"{studio.url}/profile/security")
    authenticator(page, verifies=True)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("Password").fill(studio.people["Jonas"].password)
    page.get_by_role("button", name="Confirm").click()
    make_passkey(page, "Phone")
    expect(page.get_by_role("cell", name="Phone")).to_be_visible()
    return page


def _unit(app: Flask, person: Credentials) -> AbstractContextManager[UnitOfWork]:
    actor = Actor(ActorType.USER, str(person.user_id), person.name, person.user_id, person.role.value)
    unit: AbstractContextManager[UnitOfWork] = app.extensions["studio_database"].unit(person.workspace_id, actor)
    return unit


def _sees_the_offer(studio: Studio, key: str, shop: Shop, order: Placed) -> bool:
    """What the storefront hears by OFREP of an order's customer."""
    context = {"context": {"targetingKey": shop.order(order.id)["customer"]["id"]}}
    address = f"{studio.url}/ofrep/v1/evaluate/flags/refund-goodwill"
    answer = requests.post(address, json=context, headers={"Authorization": f"Bearer {key}"}, timeout=20)
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["value"])


def _open_run(page: Page, studio: Studio, code: str) -> None:
    """The runs' page refreshes itself."""
    page.goto(f"{studio.url}/runs")
    page.get_by_role("link", name=f"for order {code}").click(timeout=WAIT_MS)


def _result(page: Page, step: str) -> str:
    """What the run's page says of a step."""
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=step, exact=True))
    return row.get_by_role("cell").nth(1).inner_text().strip()


def _look(page: Page, name: str) -> None:
    """For whoever wants to see it: STUDIO_LOOK names a folder."""
    if folder := os.environ.get("STUDIO_LOOK"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
