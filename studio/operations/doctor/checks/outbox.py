"""Jobs that a commit left behind, such as mail, are done soon."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from studio.core import clock
from studio.core.models import OutboxRow
from studio.operations.doctor.findings import Finding, bad, ok, warning
from studio.operations.doctor.place import Place

ORDER = 85
SLOW, STUCK = timedelta(minutes=1), timedelta(minutes=15)
RECENT = timedelta(days=1)
MOST = 1_000


def look(place: Place) -> Iterator[Finding]:
    """The oldest that is due, and what failed for good within a day."""
    with place.across() as session:
        now = clock.database_now(session)
        due = OutboxRow.state == "queued", OutboxRow.due_at <= now
        oldest = session.scalar(select(func.min(OutboxRow.due_at)).where(*due))
        failed = select(OutboxRow.id).where(OutboxRow.done_at > now - RECENT, OutboxRow.state == "failed").limit(MOST)
        count = session.scalar(select(func.count()).select_from(failed.subquery())) or 0
    yield from judge(now - oldest if oldest is not None else None, count)


def judge(lag: timedelta | None, failed: int) -> Iterator[Finding]:
    """`lag`: age of the oldest that is due; None: nothing is. `failed`: of the last day, MOST at most."""
    if lag is None or lag < SLOW:
        yield ok("The outbox is worked off.")
    else:
        told = f"The oldest job of the outbox has been due for {int(lag.total_seconds() // 60)} minutes"
        remedy = "Start a worker; where there is one, its log says what it does instead."
        yield bad(f"{told}.", remedy) if lag >= STUCK else warning(f"{told}.", remedy)
    if failed:
        yield warning(
            f"{failed} jobs have failed for good within a day.",
            "The log names them (job_failed); of mails the mailbox page says why.",
        )
