"""A shop's channels and stock locations, and whose shop it is."""

from collections.abc import Sequence

from studio.connectors.api import Api
from studio.connectors.definition import Account, FoundScope
from studio.connectors.definitions.vendure.asking import ask, counts_in
from studio.connectors.outcomes import ScopeKind

_WHO = "query Who { activeChannel { id code token seller { name } } }"
_PLACES = """query Places {
  channels(options: { take: 100 }) { items { id code token defaultCurrencyCode } }
  stockLocations(options: { take: 100 }) { items { id name } }
}"""
_FIRST = "__default_channel__"


def probe(api: Api) -> Account:
    """The shop is known by the token of its first channel: made once at random, and no secret."""
    channel = ask(api, _WHO)["activeChannel"]
    seller = (channel["seller"] or {}).get("name") or ""
    named = seller if seller and seller != "Default Seller" else str(api.settings["base_url"])
    return Account(channel["token"], named)


def scopes(api: Api) -> Sequence[FoundScope]:
    """Warehouses, and those channels in which this sign-in counts: an API key is of one channel and the first."""
    data = ask(api, _PLACES)
    channels = [
        FoundScope(ScopeKind.CHANNEL, one["id"], "default" if one["code"] == _FIRST else one["code"],
                   {"token": one["token"], "currency": one["defaultCurrencyCode"]})
        for one in data["channels"]["items"]
        if counts_in(api, one["token"])
    ]  # fmt: skip
    return channels + [
        FoundScope(ScopeKind.WAREHOUSE, one["id"], one["name"]) for one in data["stockLocations"]["items"]
    ]
