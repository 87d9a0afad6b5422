"""Checking the trail on somebody's request, which is itself an event."""

from studio.audit.findings import Report
from studio.audit.recording import Target, record
from studio.audit.taxonomy import audit as actions
from studio.audit.verifying import verify
from studio.core.crypto import Keyring
from studio.core.unit_of_work import UnitOfWork


def check(uow: UnitOfWork, keyring: Keyring) -> Report:
    """Verify the workspace's chain with its seals and record what was found."""
    report = verify(uow, keyring)
    metadata: dict[str, object] = {"checked": report.checked}
    if report.bad is not None:
        metadata |= {"first_bad_seq": report.bad.seq, "problem": report.bad.problem}
    record(
        uow,
        actions.VERIFIED,
        targets=[Target("audit", uow.workspace, "audit events")],
        metadata=metadata,
        outcome="success" if report.ok else "failure",
    )
    return report
