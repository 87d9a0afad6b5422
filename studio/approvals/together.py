"""What decisions leave to be written, so that a hundred of them in one transaction are a few statements.

Within `together` nothing is flushed in between, and what follows from an end (whoever asked is told, mails are left)
waits for the block's end. Outside of it everything is done at once. All of it is written or none: where something at
the end fails, the caller takes the block back and does each alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from studio.approvals import askers
from studio.approvals.askers import Ended
from studio.core import outbox
from studio.core.outbox import Left
from studio.core.unit_of_work import UnitOfWork

_TOGETHER = "studio.approvals.together"


@dataclass(slots=True)
class _Waiting:
    """What waits for the end of a block, in the order of the decisions."""

    ends: list[Ended] = field(default_factory=list)
    jobs: list[Left] = field(default_factory=list)


@contextmanager
def together(uow: UnitOfWork) -> Iterator[None]:
    """Write what the block's decisions change at its end.

    Its queries do not see that before: what a decision reads has to be held (see `held.py`).
    """
    waiting = uow.session.info[_TOGETHER] = _Waiting()
    try:
        with uow.session.no_autoflush:
            yield
    finally:
        del uow.session.info[_TOGETHER]
    uow.session.flush()
    outbox.enqueue_all(uow, waiting.jobs)
    askers.tell_all(uow, waiting.ends)


def flush(uow: UnitOfWork) -> None:
    """Send what has changed to the database, unless that waits."""
    if _of(uow) is None:
        uow.session.flush()


def tell(uow: UnitOfWork, ended: Ended) -> None:
    """Tell whoever asked, and those who watch."""
    waiting = _of(uow)
    if waiting is None:
        askers.tell_all(uow, [ended])
    else:
        waiting.ends.append(ended)


def leave(uow: UnitOfWork, topic: str, key: str, payload: dict[str, Any]) -> None:
    """Leave a job that is due now."""
    waiting, job = _of(uow), Left(topic, key, payload, uow.now)
    if waiting is None:
        outbox.enqueue_all(uow, [job])
    else:
        waiting.jobs.append(job)


def _of(uow: UnitOfWork) -> _Waiting | None:
    found: _Waiting | None = uow.session.info.get(_TOGETHER)
    return found
