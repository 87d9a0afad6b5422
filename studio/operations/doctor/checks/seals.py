"""The audit trail's chains are sealed, hour by hour."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from studio.audit.models import AuditEvent, AuditHead, AuditSegment
from studio.core import clock
from studio.operations.doctor.findings import Finding, bad, ok
from studio.operations.doctor.place import Place

ORDER = 90
LATE = timedelta(hours=3)
"""An hour until it is closed, and two in which a worker may have been away."""


def look(place: Place) -> Iterator[Finding]:
    """Whose first event without a seal is old, and whose newest event is not the one its head names."""
    last = select(func.max(AuditSegment.last_seq)).where(AuditSegment.workspace_id == AuditHead.workspace_id)
    sealed = func.coalesce(last.correlate(AuditHead).scalar_subquery(), 0)
    with place.across() as session:
        of_head = AuditEvent.workspace_id == AuditHead.workspace_id
        late = (
            select(AuditHead.workspace_id)
            .join(AuditEvent, of_head & (AuditEvent.seq == sealed + 1))
            .where(AuditEvent.occurred_at < clock.database_now(session) - LATE)
        )
        torn = (
            select(AuditHead.workspace_id)
            .outerjoin(AuditEvent, of_head & (AuditEvent.seq == AuditHead.seq) & (AuditEvent.hash == AuditHead.hash))
            .where(AuditHead.seq > 0, AuditEvent.id.is_(None))
        )
        unsealed, broken = session.scalars(late).all(), session.scalars(torn).all()
        chains = session.scalar(select(func.count()).select_from(AuditHead)) or 0
    yield from judge(chains, len(unsealed), [str(one) for one in broken])


def judge(chains: int, unsealed: int, broken: list[str]) -> Iterator[Finding]:
    """`unsealed`: chains whose seal is late; `broken`: workspaces whose chain does not end where it says."""
    for workspace in broken:
        yield bad(
            f"The audit chain of workspace {workspace} does not end where its head says: events were taken away.",
            "Run `studio audit verify`, and compare with the last archive that was kept elsewhere.",
        )
    if unsealed:
        yield bad(
            f"{unsealed} of {chains} audit chains have not been sealed for {LATE.seconds // 3600} hours.",
            "Start a worker. If one runs, its log says audit_chain_broken: run `studio audit verify`.",
        )
    if not broken and not unsealed:
        yield ok(f"{chains} audit chains end as they should and are sealed. `studio audit verify` reads every event.")
