"""Pages whose addresses ask for nonsense: no page breaks, and none shows what it was sent as anything but text.

Which arguments a page reads is found by watching it read them. Each round gives each argument another value.
"""

from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import quote

import pytest
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import UnicodeConverter

from studio.core.unstorable import StorableRequest
from tests.e2e.crawl import _is_page as is_page
from tests.factories.accounts import signed_in
from tests.fixtures.client import StudioClient
from tests.security.world import NO_TENANT, World

pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True)
MARKUP = "<script>zq(1)</script>\"'"
VALUES = (
    quote(MARKUP), "x" * 10_000, "9" * 30, "%FF%FE%ED%A0%80", "a%00b", "-1", "0001-01-01", "9999-12-31T23:59:59-14:00",
    "2026-13-45", "NaN", "", "00000000-0000-7000-8000-000000000000", "%D9%A1%C2%B2", "//evil.example.com", "10000-01",
    "0000-00-00", "%25s%25(x)s%7B0%7D", quote("' OR 1=1; --"), "1e999", "0", "null", "[]", "%E2%80%AE", "a:b:c", "=,=",
    "9223372036854775808", "99999999999d", "9999-12", "AAAA", "de_XX", "0001-01-01T00:00:00%2B14:00",
)  # fmt: skip
"""Of a wrong type, of no type, of no time that there is, too long, and written to be something else than text."""
ROUNDS = 6
"""So many there is time for; of `len(VALUES)` each argument gets each value, which takes minutes."""


class Watched(ImmutableMultiDict):
    """What an address asks for; remembers what was looked up."""

    names: ClassVar[set[str]] = set()

    def get(self, key, *rest, **more):
        self.names.add(key)
        return super().get(key, *rest, **more)

    def getlist(self, key, *rest, **more):
        self.names.add(key)
        return super().getlist(key, *rest, **more)

    def __getitem__(self, key):
        self.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key):
        self.names.add(key)
        return super().__contains__(key)


@pytest.fixture(autouse=True)
def watching(monkeypatch):
    monkeypatch.setattr(StorableRequest, "parameter_storage_class", Watched, raising=False)


class Owner:
    """A browser that signs in again where a page has ended its session."""

    def __init__(self, world: World) -> None:
        self._world, self._client = world, self._new(world)

    def breaks(self, address: str) -> str | None:
        """What is wrong with a page; None: nothing."""
        try:
            answer = self._client.get(address)
        except Exception as error:  # noqa: BLE001 - all that a page does not expect is what is looked for
            self._client = self._new(self._world)
            return f"{address[:300]}: {error!r}"[:600]
        if answer.status_code >= 500 or "evil.example.com" in (answer.location or ""):
            return f"{address[:300]}: {answer.status_code} {answer.location}"
        if answer.mimetype == "text/html" and MARKUP[:22] in answer.text:
            return f"{address[:300]}: shown as it is"
        if (answer.location or "").startswith("/sign-in"):
            self._client = self._new(self._world)
        return None

    @staticmethod
    def _new(world: World) -> StudioClient:
        return signed_in(world.app, world.ours.id, world.ours["owner"])


def pages(world: World) -> Iterator[str]:
    for route in world.routes():
        if route.method == "GET" and is_page(route.rule):
            ids = {name: world.our_ids.get(name, NO_TENANT.get(name, "x")) for name in route.arguments}
            yield route.url(world.app, ids)


def hostile(base: str, names: list[str], number: int) -> str:
    """Round by round each argument gets each value; the first comes twice."""
    given = [(name, VALUES[(at * 7 + number) % len(VALUES)]) for at, name in enumerate(names)]
    return base + "?" + "&".join(f"{quote(name)}={value}" for name, value in given + given[:1])


def walk(world: World, rounds: range) -> Iterator[str | None]:
    owner = Owner(world)
    for base in pages(world):
        Watched.names.clear()
        yield owner.breaks(base)
        for number in rounds:
            yield owner.breaks(hostile(base, sorted(Watched.names), number))


def misnamed(world: World) -> Iterator[str]:
    """Pages by a text in their address that is none of what they know."""
    for route in world.routes():
        texts = {name for name in route.arguments if type(route.rule._converters[name]) is UnicodeConverter}
        if route.method == "GET" and texts and is_page(route.rule):
            ids = {name: world.our_ids.get(name, NO_TENANT.get(name, "x")) for name in route.arguments}
            base = route.url(world.app, ids | dict.fromkeys(texts, "zqzqzq"))
            yield from (base.replace("zqzqzq", value) for value in VALUES[:8])


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_page_breaks_by_what_its_address_asks_for(world):
    assert [one for one in walk(world, range(ROUNDS)) if one] == []


def test_no_name_in_an_address_breaks_its_page(world):
    owner = Owner(world)
    assert [wrong for address in misnamed(world) if (wrong := owner.breaks(address))] == []
