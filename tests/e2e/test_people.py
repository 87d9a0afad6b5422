"""People in Chromium: an installation is set up, and somebody is invited, from the mail to the first sign-in."""

import re

import pytest
from playwright.sync_api import Page, expect

from benchmarks.stack import stack
from tests.e2e.looks import DESK, PHONE, flaws

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
