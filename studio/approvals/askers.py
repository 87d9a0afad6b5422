"""Who hears the end of a request, in the transaction that ends it.

Whoever asks names itself; its handler is registered here by `app.py`. Watchers hear every end: triggers that start
on a decision.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.approvals.items import Settled
from studio.approvals.outcomes import Outcome
from studio.contract.ports import Resolved, Waits
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Answered:
    """Which of a request's own answers it ended with, and what was filled in. Both None: with none of them."""

    option: str | None = None
    answer: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a request ended."""

    request_id: UUID
    asker: str
    ref: Mapping[str, str]
    title: str
    outcome: Outcome
    by: str
    by_email: str | None
    at: datetime
    reason: str
    answered: Answered | None = None
    """None: the request offers no answers of its own."""
    version: int = 1
    """Which wording was decided on."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """As they stood in it, by label."""
    amount: str | None = None
    """Decimal text, as it stood in it."""
    items: Settled | None = None
    """None: the request has no line items."""
    votes: Sequence[Mapping[str, Any]] | None = None
    """What people said; None: that is not told."""

    def payload(self) -> dict[str, Any]:
        """As a run sees it: to it a bypass is an approval, marked as what it was."""
        bypassed = self.outcome is Outcome.BYPASSED
        own = {} if self.answered is None else {"option": self.answered.option, "answer": self.answered.answer}
        return {
            "outcome": (Outcome.APPROVED if bypassed else self.outcome).value,
            "by": self.by,
            "by_email": self.by_email,
            "at": self.at.isoformat(),
            "comment": self.reason,
            "request_id": str(self.request_id),
            "bypassed": bypassed,
            **own,
            "version": self.version,
            "facts": dict(self.facts),
            "amount": self.amount,
            **(self.items.payload() if self.items is not None else {}),
            **({} if self.votes is None else {"votes": [dict(one) for one in self.votes]}),
        }


Handler = Callable[[UnitOfWork, Sequence[Ended]], None]
"""Hears ends, in the order in which they came: several where several were decided together."""

RUN = "run"
"""The asker of the node type: its reference names a run and a wait."""

LATER = "run_later"
"""The asker of the node type that goes on at once: its reference names a run and a step, and no wait."""

ASK = "approval.ask"
"""The node type of that asker."""

PERSON = "person"
"""The asker of what a person asks without a workflow: nothing waits for its end, the person is told by mail."""

Starter = Callable[[UnitOfWork, UUID], UUID | None]
"""Whoever started a run by hand."""

Withdrawn = Callable[[UnitOfWork, UUID], None]
"""Hears that a request was withdrawn, by its id."""

_handlers: dict[str, Handler] = {}
_withdrawn: dict[str, Withdrawn] = {}
_watchers: dict[str, Handler] = {}
_starters: list[Starter] = []


def register(asker: str, handler: Handler, withdrawn: Withdrawn | None = None) -> None:
    """Say who hears the end of what `asker` asks, and who hears that it was withdrawn, which is no end."""
    _handlers[asker] = handler
    if withdrawn is not None:
        _withdrawn[asker] = withdrawn


def find_starters(find: Starter) -> None:
    """Say who knows by whom a run was started. Called at the start of every process."""
    _starters[:] = [find]


def starter(uow: UnitOfWork, run_id: UUID | None) -> UUID | None:
    """Whoever started a run by hand; None for a run that nobody did, or where no run asks."""
    return _starters[0](uow, run_id) if run_id is not None and _starters else None


def nobody(uow: UnitOfWork, ends: Sequence[Ended]) -> None:
    """The handler of what a person asks: it ends with the mail that the person gets."""


def watch(name: str, handler: Handler) -> None:
    """Hear every end. A second watcher of the same name replaces the first."""
    _watchers[name] = handler


def tell_all(uow: UnitOfWork, ends: Sequence[Ended]) -> None:
    """Call whoever asked, then those who watch. An unknown asker is a defect and fails loudly."""
    for asker in dict.fromkeys(ended.asker for ended in ends):
        _handlers[asker](uow, [ended for ended in ends if ended.asker == asker])
    for handler in _watchers.values() if ends else ():
        handler(uow, ends)


def answer(uow: UnitOfWork, so_far: Ended) -> None:
    """Call whoever asked, and nobody else: it has not ended, a further stage may follow."""
    _handlers[so_far.asker](uow, [so_far])


def tell_withdrawn(uow: UnitOfWork, asker: str, request_id: UUID) -> None:
    """Call whoever waits for it beside whoever asked. Most askers withdraw what they ask and need no word of it."""
    hears = _withdrawn.get(asker)
    if hears is not None:
        hears(uow, request_id)


def each(hear: Callable[[UnitOfWork, Ended], None]) -> Handler:
    """A handler that hears them one after the other."""

    def handle(uow: UnitOfWork, ends: Sequence[Ended]) -> None:
        for ended in ends:
            hear(uow, ended)

    return handle


def resume_run(waits: Waits) -> Handler:
    """The handler of the node type: it resolves the waits, which wakes the runs."""

    def handle(uow: UnitOfWork, ends: Sequence[Ended]) -> None:
        waits.resolve_all(uow, [_resolved(ended) for ended in ends])

    return handle


def _resolved(ended: Ended) -> Resolved:
    return Resolved(UUID(ended.ref["wait_id"]), UUID(ended.ref["run_id"]), ended.payload())
