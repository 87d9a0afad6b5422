"""A page under the hands of somebody who has no mouse."""

from datetime import datetime

from playwright.sync_api import Locator, Page, expect

from studio.accounts.demo import Credentials

MOST = 200
"""Steps by Tab, after which something counts as out of reach."""

SHOWN = """one => {
    const shown = (part) => {
        const style = getComputedStyle(part);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    };
    return one.matches(":focus-visible") && (shown(one) || (one.parentElement && shown(one.parentElement)));
}"""
"""Whoever has no mouse has to see where they are."""


class Keys:
    """Tab, Enter, letters and arrows; nothing is clicked, filled or focused but by them."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, what: Locator) -> None:
        """Go on by Tab until it has the focus, and can be seen to have it."""
        expect(what).to_be_visible()
        for _ in range(MOST):
            if what.evaluate("one => one === document.activeElement"):
                assert what.evaluate(SHOWN), f"nothing shows that {what} has the focus"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way to {what} by Tab")

    def sign_in(self, url: str, who: Credentials) -> Page:
        """From the page of signing in to the one behind it."""
        self.page.goto(url + "/sign-in")
        self.write(self.page.get_by_label("E-mail"), who.email)
        self.write(self.page.get_by_label("Password"), who.password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda address: "/sign-in" not in address)
        return self.page

    def press(self, what: Locator) -> None:
        """A link or a button."""
        self.to(what)
        self.page.keyboard.press("Enter")

    def write(self, what: Locator, text: str) -> None:
        """Instead of what is there."""
        self.to(what)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        expect(what).to_have_value(text)

    def choose(self, what: Locator, option: str) -> None:
        """Of a list, by the letters that what it is called begins with."""
        self.to(what)
        self.page.keyboard.type(option)
        expect(what.locator("option:checked")).to_contain_text(option)

    def moment(self, what: Locator, at: datetime) -> None:
        """Into a field for date and time, in the order in which Chromium shows it: month, day, year."""
        self.to(what)
        self.page.keyboard.type(f"{at:%m%d%Y}")
        self.page.keyboard.press("ArrowRight")
        self.page.keyboard.type(f"{at:%I%M%p}")
        expect(what).to_have_value(f"{at:%Y-%m-%dT%H:%M}")
