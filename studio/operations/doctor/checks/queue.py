"""Runs are begun soon after they may be, and leases are kept."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from studio.core import clock
from studio.operations.doctor.findings import Finding, bad, ok, warning
from studio.operations.doctor.place import Place
from studio.runtime.models import Run
from studio.runtime.outcomes import CLAIMED

ORDER = 85
SLOW, STUCK = timedelta(seconds=30), timedelta(minutes=10)
LATE = timedelta(seconds=30)
"""A lease that ran out is found by the next sweep."""


def look(place: Place) -> Iterator[Finding]:
    """The oldest runnable run of each lane, and leases that nobody took up."""
    with place.across() as session:
        now = clock.database_now(session)
        runnable = Run.state == "queued", Run.available_at <= now
        oldest = {
            lane: session.scalar(select(func.min(Run.available_at)).where(Run.lane == lane, *runnable))
            for lane in CLAIMED
        }
        lost = session.scalars(
            select(Run.id).where(Run.state == "running", Run.lease_until < now - LATE).limit(100)
        ).all()
    waited = {str(lane): now - since for lane, since in oldest.items() if since is not None}
    yield from judge(waited, len(lost))


def judge(waited: dict[str, timedelta], lost: int) -> Iterator[Finding]:
    """`waited`: how long the oldest runnable run of each lane has; `lost`: leases past their end, 100 at most."""
    lane, longest = max(waited.items(), key=lambda one: one[1], default=("", timedelta()))
    told = f"The oldest runnable run (lane {lane}) has waited for {int(longest.total_seconds())} s"
    remedy = "Start more workers (`studio worker --processes N`), or see under Runs which workflow fills it."
    if longest >= STUCK:
        yield bad(f"{told}.", remedy)
    elif longest >= SLOW:
        yield warning(f"{told}.", remedy)
    else:
        yield ok("No run waits for a worker." if not waited else f"{told}.")
    if lost:
        at_least = "At least 100" if lost == 100 else str(lost)
        yield bad(
            f"{at_least} runs are held by leases that ran out.", "No sweep frees them: start a worker, or see its log."
        )
