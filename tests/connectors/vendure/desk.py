"""What somebody does in Studio's pages before a shop's orders arrive."""

from playwright.sync_api import Page, expect

from tests.counterparts.vendure.shop import Shop

WAIT_MS = 60_000
"""The shop tells by its own queue, on a machine that may do other things."""


def connect(page: Page, shop: Shop, key: str | None = None) -> None:
    """From the navigation to a connected shop; `key`: another API key than one of the owner."""
    page.get_by_role("link", name="Connections").click()
    page.get_by_role("link", name="Connect the first system").click()
    page.get_by_role("link", name="Vendure").click()
    page.get_by_label("Environment").select_option("test")
    page.get_by_label("Address").fill(shop.url)
    page.get_by_label("API key").fill(key or shop.api_key())
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("“Vendure” is connected.")).to_be_visible()
    expect(page.get_by_role("heading", name="Channels, stores and warehouses")).to_be_visible()


def until_it_listens(page: Page, shop: Shop, url: str) -> None:
    """Studio registers its webhook after the commit that publishes."""
    for _ in range(120):
        if any(one["url"].startswith(url) for one in shop.admin("{ webhooks { url } }")):
            return
        page.wait_for_timeout(500)
    raise AssertionError("Studio never registered at the shop")
