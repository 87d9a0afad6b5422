"""A list that is read by the moment of change: all of it, in pages of any size, with any number of ties."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from studio.connectors.definitions.vendure import listing
from studio.connectors.definitions.vendure.listing import Place

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


class Listing:
    """A shop's list, sorted and cut as Vendure does it."""

    scope = None
    title = "Shop"

    def __init__(self, seconds: list[int]) -> None:
        self.settings: dict[str, Any] = {}
        moments = [BEGIN + timedelta(seconds=one) for one in sorted(seconds)]
        self.rows = [{"id": number, "updatedAt": one.isoformat()} for number, one in enumerate(moments)]

    def graphql(self, _path: str, _query: str, asked: Any, headers: Any = None) -> Any:
        after = listing.moment(asked["after"])
        later = [row for row in self.rows if listing.moment(row["updatedAt"]) > after]
        return {"rows": {"items": later[asked["skip"] : asked["skip"] + asked["take"]]}}


def passed(shop: Any, place: Place, limit: int) -> tuple[set[int], Place]:
    found: set[int] = set()
    for _page in range(2 * len(shop.rows) + 2):
        rows, place, done = listing.read(shop, "query", Place.of(place.kept()), limit)
        found |= {row["id"] for row in rows}
        if done:
            return found, place
    message = "it does not come to its end"
    raise AssertionError(message)


@given(st.lists(st.integers(0, 6), max_size=60), st.integers(2, 30), st.lists(st.integers(4, 9), max_size=5))
def test_nothing_is_left_out(seconds: list[int], limit: int, later: list[int]) -> None:
    shop = Listing(seconds)
    found, place = passed(shop, Place(), limit)
    assert found == {row["id"] for row in shop.rows}

    newest = max(seconds, default=0)
    more = Listing(seconds + [newest + one for one in later])
    new = {row["id"] for row in more.rows[len(seconds) :]}
    assert passed(more, place, limit)[0] >= new
