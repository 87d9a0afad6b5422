"""People in Chromium: an installation is set up, and somebody is invited, from the mail to the first sign-in."""

import re

import pytest
from playwright.sync_api import Page, expect

from benchmarks.stack import stack
from studio.app import create_app
from studio.approvals import service as approvals
from tests.e2e.keys import Keys
from tests.e2e.looks import DESK, PHONE, flaws
from tests.factories.approvals import make_ask

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]

PASSWORD = "four words nobody guesses"


def test_set_up_then_invite_then_the_first_sign_in(sit_down):
    with stack("sqlite") as started:
        started.start("studio", "run", "--no-demo")
        started.wait_ready()
        said = started.logs["studio"].read_text()
        assert "Make its owner at" in said
        assert "nordlicht" not in said
        url = re.search(r"^Studio: (\S+)$", said, re.MULTILINE)[1]
        ola = sit_down()
        ola.goto(url)
        expect(ola.get_by_role("heading", name="Set up Studio")).to_be_visible()
        found = flaws(ola, PHONE) + flaws(ola, DESK)
        set_up(ola)
        expect(ola.get_by_text("High-value refunds").first).to_be_visible()

        ola.goto(url + "/settings/people")
        ola.get_by_label("E-mail").fill("nora@north.example")
        ola.get_by_label("Name", exact=True).fill("Nora New")
        ola.get_by_label("Seat", exact=True).select_option("builder")
        ola.get_by_role("button", name="Invite").click()
        expect(ola.get_by_text("Nora New has a seat and gets a mail.")).to_be_visible()
        ola.get_by_role("link", name="Mailbox").click()
        ola.get_by_role("row").filter(has_text="nora@north.example").get_by_role("link").click()
        link = re.search(r"https?://\S+/password/\S+", ola.get_by_role("main").inner_text())[0]

        found += [] if (other := ola.goto(link)) is None or other.status == 409 else ["the owner may use the link"]
        expect(ola.get_by_text("you are signed in as ola@north.example")).to_be_visible()
        nora = sit_down()
        nora.goto(link)
        expect(nora.get_by_text("You have a seat in North Shop.")).to_be_visible()
        nora.get_by_label("New password").fill(PASSWORD)
        nora.get_by_role("button", name="Set password").click()
        nora.get_by_label("E-mail").fill("nora@north.example")
        nora.get_by_label("Password").fill(PASSWORD)
        nora.get_by_role("button", name="Sign in").click()
        expect(nora.get_by_label("Main").get_by_text("North Shop")).to_be_visible()
        again = sit_down()
        again.goto(link)
        expect(again.get_by_text("This link has expired or was used.")).to_be_visible()
        late = sit_down()
        late.goto(url + "/first-run")
        expect(late.get_by_text("Studio is set up already.")).to_be_visible()
        assert found == []


def set_up(page: Page) -> None:
    page.get_by_label("Your name").fill("Ola Nord")
    page.get_by_label("Your e-mail").fill("ola@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Name of the shop").fill("North Shop")
    page.get_by_label("Currency").select_option("SEK")
    page.get_by_label("Time zone").select_option("Europe/Stockholm")
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url(lambda address: "/first-run" not in address)


def test_somebody_leaves_from_the_plan_to_the_heirs_inbox(studio, sit_down):
    """Jonas leaves: the plan says what is missing, an heir makes it whole, and what waited for him waits for her.

    Mira has no mouse, from signing in to the trail.
    """
    jonas = studio.people["Jonas"]
    ask_jonas(studio)
    mira = sit_down()
    keys = Keys(mira)
    keys.sign_in(studio.url, studio.people["Mira"])
    keys.press(mira.get_by_label("Main").get_by_role("link", name="Settings"))
    keys.press(mira.get_by_role("link", name="People"))
    keys.press(mira.get_by_role("row").filter(has_text=jonas.email).get_by_role("link", name="Leaves…"))
    expect(mira.get_by_text("This plan cannot be carried out yet.")).to_be_visible()
    found = flaws(mira, PHONE) + flaws(mira, DESK)
    keys.choose(mira.get_by_label("Goes to", exact=True), "Lena Fischer · Approver")
    keys.press(mira.get_by_role("button", name="Show the plan"))
    expect(mira.get_by_text("Goes to Lena Fischer")).to_be_visible()
    expect(mira.get_by_role("row").filter(has_text="Open approvals")).to_contain_text("2")
    found += flaws(mira, PHONE) + flaws(mira, DESK)
    keys.press(mira.get_by_role("button", name="Let Jonas Weber leave"))
    expect(mira.get_by_text("Jonas Weber has left.")).to_be_visible()
    expect(mira.get_by_role("row").filter(has_text=jonas.email)).to_contain_text("No seat any more")
    keys.press(mira.get_by_label("Main").get_by_role("link", name="Audit"))
    expect(mira.get_by_text("let Jonas Weber leave").first).to_be_visible()

    lena = studio.sign_in(sit_down(), "Lena")
    lena.goto(studio.url + "/inbox")
    expect(lena.get_by_text("Refund A-1").first).to_be_visible()
    expect(lena.get_by_text("Refund A-2").first).to_be_visible()
    assert "You take over from Jonas Weber" in studio.smtp.wait_for(1, to=studio.people["Lena"].email)["subject"]
    gone = sit_down()
    gone.goto(studio.url + "/sign-in")
    gone.get_by_label("E-mail").fill(jonas.email)
    gone.get_by_label("Password").fill(jonas.password)
    gone.get_by_role("button", name="Sign in").click()
    expect(gone.get_by_text("The e-mail address or the password is not right.")).to_be_visible()
    assert found == []


def ask_jonas(studio) -> None:
    """Two approvals that wait for Jonas alone, by the same service that steps use."""
    app = create_app(studio.stack.settings)
    database, workspace_id = app.extensions["studio_database"], studio.people["Jonas"].workspace_id
    for number in (1, 2):
        with database.unit(workspace_id) as uow:
            ask = make_ask([f"user:{studio.people['Jonas'].email}"], title=f"Refund A-{number}")
            approvals.request(uow, ask)
    app.extensions["studio_engine"].stop()
