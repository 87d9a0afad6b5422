"""Line items of a request, of which some may be approved and others not. Pure: no I/O."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from studio.contract.approving import ApprovalItem
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _

MOST = 200
"""Items of one request: more than that nobody looks through."""


def alone() -> str:
    """Why items go with a plain rule only."""
    return _("Line items need a rule of one part, and no further answers that count as approving.")


_LIST = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"key": {"type": "string"}, "label": {"type": "string"}, "amount": {"type": ["string", "null"]}},
        "additionalProperties": False,
    },
}
SCHEMA: Mapping[str, Any] = {"approved_items": _LIST, "declined_items": _LIST, "approved_amount": {"type": "string"}}
"""JSON Schema of what a step's output says of them."""
SAMPLE: Mapping[str, Any] = {
    "approved_items": [{"key": "1", "label": "Mug, blue", "amount": "12.50"}],
    "declined_items": [{"key": "2", "label": "Plate", "amount": "9.00"}],
    "approved_amount": "12.50",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the items of an approved request."""

    approved: tuple[ApprovalItem, ...]
    declined: tuple[ApprovalItem, ...]

    def payload(self) -> dict[str, Any]:
        """As a run sees it."""
        return {
            "approved_items": stored(self.approved),
            "declined_items": stored(self.declined),
            "approved_amount": total(self.approved),
        }


def check(items: Sequence[ApprovalItem]) -> None:
    """Raise InvalidInput where two items could not be told apart, or there are too many."""
    if len(items) > MOST:
        said = _("There are %(count)s items; at most %(most)s can be asked about.", count=len(items), most=MOST)
        raise InvalidInput(said, code="too_many_items", field="items")
    keys = [one.key for one in items]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise InvalidInput(_("Two items have the key “%(key)s”.", key=twice), code="item_twice", field="item_key")


def stored(items: Iterable[ApprovalItem]) -> list[dict[str, Any]]:
    """As they are kept beside the request."""
    return [asdict(one) for one in items]


def restored(kept: Iterable[Mapping[str, Any]]) -> list[ApprovalItem]:
    """Read them back."""
    return [ApprovalItem(one["key"], one["label"], one["amount"]) for one in kept]


def chosen(items: Sequence[ApprovalItem], given: Collection[str] | None) -> list[str]:
    """The keys that somebody approves, in the items' order; all where they chose none apart (`given` is None)."""
    keys = [one.key for one in items]
    if given is None:
        return keys
    if set(given) - set(keys):
        raise InvalidInput(_("This request has no such item."), code="unknown_item", field="items")
    if not given:
        raise InvalidInput(_("Tick at least one item, or decline."), code="no_items", field="items")
    return [key for key in keys if key in set(given)]


def settle(items: Sequence[ApprovalItem], ticked: Iterable[Collection[str]], need: int) -> Settled:
    """An item is approved where at least `need` people ticked it; `ticked` has one entry a person."""
    by_person = list(ticked)
    approved = tuple(one for one in items if sum(one.key in some for some in by_person) >= need)
    return Settled(approved, tuple(one for one in items if one not in approved))


def split(items: Sequence[ApprovalItem], approved: Collection[str]) -> Settled:
    """The same from the keys that were approved."""
    return Settled(
        tuple(one for one in items if one.key in approved), tuple(one for one in items if one.key not in approved)
    )


def total(items: Iterable[ApprovalItem]) -> str:
    """The sum of their amounts as decimal text; items without one add nothing."""
    return format(sum((Decimal(one.amount) for one in items if one.amount), Decimal()), "f")
