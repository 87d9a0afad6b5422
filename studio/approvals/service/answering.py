"""What somebody says of a request: an outcome that every request has, or one of its own answers with its form."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from studio.approvals import items, options
from studio.approvals.models import Request, Vote
from studio.approvals.options import Option
from studio.approvals.outcomes import Outcome
from studio.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says: an outcome, or one of the request's own answers with its form."""

    outcome: Outcome
    option: Option | None = None
    answer: Mapping[str, Any] | None = None
    items: Sequence[str] | None = None
    """Keys of the items that it approves."""
    offered: bool = True
    problem: InvalidInput | None = None
    """Why the answer, or its form, does not fit."""

    def same_as(self, vote: Vote | None) -> bool:
        """Whether a vote gave the same answer, filled in alike."""
        key = self.option.key if self.option else None
        return vote is None or (vote.option, vote.answer, vote.items) == (key, self.answer, self.items)


def read(
    request: Request, outcome: Outcome, key: str | None, given: Mapping[str, Any], chosen: Collection[str] | None
) -> Said:
    """What an attempt says: `key` names one of the request's own answers, `given` is its form as it was sent.

    `chosen` are the keys of the items that it approves; None: all, where it approves.
    """
    if chosen is not None or (request.items and key is None and outcome is Outcome.APPROVED):
        return _with_items(request, outcome, key, chosen)
    if key is None:
        return Said(outcome, offered=outcome is not Outcome.RESPONDED and not given)
    option = next((one for one in options.restored(request.options) if one.key == key), None)
    if option is None or outcome not in (option.outcome, Outcome.RESPONDED):
        said = _("This request offers no such answer.")
        return Said(outcome, problem=InvalidInput(said, code="unknown_outcome", field="option"))
    try:
        return Said(option.outcome, option, options.read(option, given))
    except InvalidInput as problem:
        return Said(option.outcome, option, problem=problem)


def _with_items(request: Request, outcome: Outcome, key: str | None, chosen: Collection[str] | None) -> Said:
    if key is not None or outcome is not Outcome.APPROVED:
        said = _("Items are chosen where you approve, and nowhere else.")
        return Said(outcome, problem=InvalidInput(said, code="items_not_approved", field="items"))
    try:
        return Said(outcome, items=items.chosen(items.restored(request.items), chosen))
    except InvalidInput as problem:
        return Said(outcome, problem=problem)
