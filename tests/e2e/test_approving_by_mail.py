"""From an invitation to a decision on a phone; a scanner that opens everything; two people who decide at once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from studio.app import create_app
from studio.approvals.models import Decision, Request, Vote
from studio.core.actor import Actor, ActorType
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.service import subscriptions, workflows
from tests.e2e.conftest import PHONE
from tests.e2e.looks import PHONE as NARROW
from tests.e2e.looks import flaws
from tests.e2e.studio import Studio, code_in, link_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]

NORA = "nora@nordlicht.example"
ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
SAME_MOMENT = """([name, at]) => setTimeout(
    () => [...document.querySelectorAll("button")].find((one) => one.innerText.trim() === name).click(),
    at - Date.now())"""


def test_invited_scanned_decided_by_link_and_then_by_two_at_once(studio, sit_down, smtp):
    mira = studio.sign_in(sit_down(), "Mira")
    invite(mira, studio)
    invitation = ADDRESS.search(text_of(smtp.wait_for(1, to=NORA)))[0]
    hook = published(studio)

    first = studio.deliver(hook, {"pallet": "P-118"})
    mail = text_of(smtp.wait_for(2, to=NORA))
    smtp.wait_for(1, to=studio.people["Jonas"].email)
    scan(sit_down(), smtp, studio)
    assert said(studio, "P-118") == ("pending", 0, 0), "opening links has decided something"

    phone = sit_down(**PHONE)
    phone.goto(invitation)
    expect(phone.get_by_text("You have a seat in Nordlicht Store.")).to_be_visible()
    decide_by_link(phone, smtp, link_in(mail))
    assert said(studio, "P-118") == ("approved", 1, 1)
    mira.goto(f"{studio.url}/runs/{first}")
    expect(mira.locator(".page-head .chip", has_text="Done")).to_be_visible()
    expect(mira.get_by_role("table").get_by_text("Approved by Nora New")).to_be_visible()

    second = studio.deliver(hook, {"pallet": "P-119"})
    phone.goto(link_in(mail_about(smtp, NORA, "P-119")))
    desk = studio.sign_in(sit_down(), "Jonas")
    desk.goto(link_in(mail_about(smtp, studio.people["Jonas"].email, "P-119")))
    desk.get_by_label("Comment").fill("It can be repaired.")
    at_once(("Approve", phone), ("Decline", desk))
    one_has_won(phone, desk)
    assert said(studio, "P-119")[1:] == (1, 1)
    mira.goto(f"{studio.url}/runs/{second}")
    expect(mira.locator(".page-head .chip", has_text="Done")).to_be_visible()


def invite(page: Page, studio: Studio) -> None:
    page.goto(studio.url + "/settings/people")
    form = page.locator("form", has=page.get_by_role("button", name="Invite", exact=True))
    form.get_by_label("E-mail").fill(NORA)
    form.get_by_label("Name").fill("Nora New")
    form.get_by_label("Seat").select_option("approver")
    form.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="Nora New")).to_contain_text("Invited")


def decide_by_link(phone: Page, smtp, link: str) -> None:
    """The mailbox is verified by a code; nothing is wrong with any page on the way, and none is wider than a phone."""
    phone.goto(link)
    expect(phone.get_by_role("heading", name="A decision waits for you")).to_be_visible()
    found = flaws(phone, NARROW)
    phone.get_by_role("button", name="Send me a six-digit code").click()
    phone.get_by_label("Code").fill(code_in(text_of(smtp.wait_for(3, to=NORA))))
    phone.get_by_role("button", name="Open the decision").click()
    expect(phone.get_by_role("heading", name="Write off pallet P-118")).to_be_visible()
    found += flaws(phone, NARROW)
    phone.get_by_role("button", name="Approve").click()
    expect(phone.get_by_text("Nora New approved this on")).to_be_visible()
    found += flaws(phone, NARROW)
    assert not found, "\n".join(found)


def scan(page: Page, smtp, studio: Studio) -> None:
    """Open every address of every mail with scripts running, and every link on the pages behind them."""
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.method))
    waiting = [address for message in smtp.messages for address in addresses_in(message)]
    assert len(waiting) >= 3
    opened: set[str] = set()
    while waiting:
        address = urldefrag(waiting.pop()).url
        if address in opened:
            continue
        opened.add(address)
        assert page.goto(address, wait_until="networkidle").status < 500, studio.log
        found = page.eval_on_selector_all("a[href]", "links => links.map((one) => one.href)")
        waiting += [one for one in found if urlsplit(one).netloc == urlsplit(studio.url).netloc]
    assert set(sent) == {"GET"}, "a page sends something by itself"


def at_once(*pressed: tuple[str, Page]) -> None:
    """Each presses a button of theirs at one moment; both have their answers afterwards."""
    pages = [page for _name, page in pressed]
    at = pages[0].evaluate("Date.now()") + 1500
    with pages[0].expect_navigation(), pages[1].expect_navigation():
        for name, page in pressed:
            page.evaluate(SAME_MOMENT, [name, at])


def one_has_won(phone: Page, desk: Page) -> None:
    """Whoever came second reads, instead of an answer to what they pressed, who decided and when."""
    refused = [page for page in (phone, desk) if page.get_by_role("alert").count()]
    assert len(refused) == 1
    ended = "Jonas Weber declined this on" if refused == [phone] else "Nora New approved this on"
    for page in (phone, desk):
        expect(page.get_by_role("status").get_by_text(ended).first).to_be_visible()
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(refused[0].get_by_role("alert")).to_contain_text(ended.split(" this", maxsplit=1)[0].rsplit(" ", 1)[0])
    found = flaws(refused[0], NARROW)
    assert not found, "\n".join(found)


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


def addresses_in(message) -> list[str]:
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return [found.replace("&amp;", "&") for text in parts for found in ADDRESS.findall(text)]


def mail_about(smtp, to: str, words: str) -> str:
    """The first mail to somebody whose text says so, once it is there."""
    count = len(smtp.to(to))
    for number in range(1, count + 3):
        text = text_of(smtp.wait_for(number, to=to))
        if words in text:
            return text
    raise AssertionError(words)


@contextmanager
def inside(studio: Studio) -> Iterator[tuple[Any, UnitOfWork]]:
    """The running Studio's database, as its owner."""
    app, mira = create_app(studio.stack.settings), studio.people["Mira"]
    actor = Actor(ActorType.USER, str(mira.user_id), mira.name, mira.user_id, mira.role.value)
    try:
        with app.app_context(), app.extensions["studio_database"].unit(mira.workspace_id, actor) as uow:
            yield app.extensions["studio_keyring"], uow
    finally:
        app.extensions["studio_engine"].stop()


def published(studio: Studio) -> str:
    """A workflow that asks Nora and Jonas, and either decides; the address where it takes what happens."""
    with inside(studio) as (keyring, uow):
        made = workflows.create(uow, "Write off goods")
        workflows.publish(uow, keyring, made, asking())
        [hook] = subscriptions.of_workflow(uow, made.id)
        return f"{studio.url}/hooks/{subscriptions.address(keyring, hook)}"


def said(studio: Studio, pallet: str) -> tuple[str, int, int]:
    """The state of a request, how many votes it has, how many ends."""
    with inside(studio) as (_keyring, uow):
        [request] = uow.session.scalars(select(Request).where(Request.title.endswith(pallet)))
        count = [
            uow.session.scalar(select(func.count()).select_from(table).where(table.request_id == request.id))
            for table in (Vote, Decision)
        ]
        return request.state, *count


def asking() -> dict[str, Any]:
    return {
        "schema": "studio.workflow/1",
        "name": "Write off goods",
        "nodes": [
            {"key": "found", "type": "trigger.webhook", "name": "Damaged goods", "position": {"x": 0, "y": 0}},
            {"key": "ask", "type": "approval.request", "name": "One of two", "position": {"x": 0, "y": 140},
             "config": {"title": "Write off pallet {{ trigger.pallet }}",
                        "approvers": [f"user:{NORA}", "user:jonas@nordlicht.example"],
                        "facts": [{"label": "Pallet", "value": "{{ trigger.pallet }}"}]}},
        ],
        "edges": [{"from": "found", "port": "next", "to": "ask"}],
    }  # fmt: skip
