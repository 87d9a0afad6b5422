"""Something goes wrong that people have to hear of: said here, in the transaction that finds it.

What becomes of it (whom it is told, when, by which rule) is oversight's: it takes the jobs that are left here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork

TOPIC = "alert.trouble"
GATHER = timedelta(seconds=10)
"""How long what goes wrong with one thing is gathered, where it may go wrong a thousand times a second."""
LATE = timedelta(seconds=2)
"""For transactions that began while it was gathered and end after that."""


def report(
    uow: UnitOfWork, kind: str, thing: UUID, facts: Mapping[str, Any], *, gather: bool = False,
    mark: str = "",
) -> None:  # fmt: skip
    """Leave word of it. `kind`: one of oversight's kinds of alert; `facts`: what that kind wants to know, as JSON.

    With `gather` the same kind of the same thing leaves one job in ten seconds, with the facts of the first. `mark`:
    what makes it one and the same, whoever finds it how often.
    """
    mark, due_at = mark or uow.now.isoformat(), uow.now
    if gather:
        slot = int(uow.now.timestamp() // GATHER.total_seconds())
        mark = str(slot)
        due_at = datetime.fromtimestamp((slot + 1) * GATHER.total_seconds(), UTC) + LATE
    payload = {"kind": kind, "thing": str(thing), "facts": dict(facts), "at": uow.now.isoformat()}
    outbox.enqueue(uow, TOPIC, key=f"{TOPIC}:{kind}:{thing}:{mark}", payload=payload, due_at=due_at)
