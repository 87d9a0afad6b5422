"""Passkeys in a real browser, with the authenticator that Chromium plays by CDP: one that verifies its user, or not."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from pyotp import TOTP

from tests.e2e.looks import DESK, PHONE, flaws

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture
def security(studio, sit_down):
    """The page on which somebody sets their factors up; at `localhost`, as passkeys need it."""
    assert urlsplit(studio.url).hostname == "localhost"
    page = studio.sign_in(sit_down(), "Sofia")
    page.goto(studio.url + "/profile/security")
    return page


def authenticator(page: Page, *, verifies: bool):
    """An authenticator of this browser; returns what tells it whether its user is the right one."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    key = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def verify(verified: bool) -> None:
        cdp.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": verified})

    return verify


def confirm_by_password(page: Page, studio) -> None:
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password").fill(studio.people["Sofia"].password)
    page.get_by_role("button", name="Confirm").click()


def make_passkey(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make the passkey").click()


def test_a_passkey_is_made_and_asked_for_from_then_on(studio, security):
    verify = authenticator(security, verifies=True)
    assert flaws(security) == []
    security.get_by_role("button", name="Add a passkey").click()
    assert flaws(security, PHONE) == []
    confirm_by_password(security, studio)
    make_passkey(security, "Laptop")
    expect(security.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    expect(security.get_by_role("cell", name="Laptop")).to_be_visible()
    assert flaws(security, PHONE) == []

    # Somebody else at the same desk, in a browser that has proved nothing yet: the password alone no longer does.
    security.context.clear_cookies()
    studio.sign_in(security, "Sofia")
    security.goto(studio.url + "/profile/security")
    security.get_by_role("button", name="Set up an authenticator app").click()
    expect(security.get_by_role("button", name="Use a passkey")).to_be_visible()
    expect(security.get_by_label("Password")).to_have_count(0)
    verify(False)
    security.get_by_role("button", name="Use a passkey").click()
    expect(security.get_by_role("alert")).to_contain_text("No passkey was used")
    verify(True)
    security.get_by_role("button", name="Use a passkey").click()
    expect(security.get_by_role("heading", name="Set up an authenticator app")).to_be_visible()
    assert flaws(security, DESK) == []
    security.get_by_label("Code that the app shows now").fill(TOTP(security.locator("code").inner_text()).now())
    security.get_by_role("button", name="Confirm").click()
    expect(security.get_by_text("The authenticator app is set up.")).to_be_visible()
    assert "added" in studio.mail_to("Sofia", 2) + studio.mail_to("Sofia", 1)


def test_an_answer_is_good_once_for_its_challenge_and_its_site_and_with_its_user_verified(studio, security):
    """What a browser would never send, sent: another origin, the flag taken away, the same answer again."""
    verify = authenticator(security, verifies=True)
    security.get_by_role("button", name="Add a passkey").click()
    confirm_by_password(security, studio)
    make_passkey(security, "Laptop")
    expect(security.get_by_role("cell", name="Laptop")).to_be_visible()
    security.context.clear_cookies()
    studio.sign_in(security, "Sofia")
    security.goto(studio.url + "/profile/security")
    security.get_by_role("button", name="Make new codes").click()
    security.get_by_role("dialog").get_by_role("button", name="Make new codes").click()
    expect(security.get_by_role("button", name="Use a passkey")).to_be_visible()
    for fault in ("user not verified", "another origin", "another challenge"):
        security.evaluate(SPOIL, fault)
        verify(fault != "user not verified")
        with security.expect_navigation():
            security.get_by_role("button", name="Use a passkey").click()
        expect(security.get_by_role("alert").first).to_contain_text("That did not prove it")
    with security.expect_request(lambda request: "/step-up/" in request.url and request.method == "POST") as sent:
        security.get_by_role("button", name="Use a passkey").click()
    expect(security.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    again = security.request.post(sent.value.url, headers=sent.value.headers, data=sent.value.post_data)
    assert again.status == 401


SPOIL = """fault => {
  const form = document.querySelector("form[data-passkey]");
  const options = JSON.parse(form.dataset.passkeyOptions);
  if (fault === "user not verified") options.userVerification = "discouraged";
  if (fault === "another challenge") options.challenge = "A".repeat(43);
  form.dataset.passkeyOptions = JSON.stringify(options);
  if (fault !== "another origin") return;
  const field = form.elements.namedItem(form.dataset.passkeyAnswer);
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  Object.defineProperty(field, "value", {
    get() { return value.get.call(this); },
    set(text) {
      const answer = JSON.parse(text);
      const data = JSON.parse(atob(answer.response.clientDataJSON));
      data.origin = "https://evil.example";
      answer.response.clientDataJSON = btoa(JSON.stringify(data)).replace(/=+$/, "");
      value.set.call(this, JSON.stringify(answer));
    },
  });
}"""
