"""Asking for packs, following them, stopping them, taking them away."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from studio.approvals.models import Request
from studio.audit import Target, record
from studio.audit.envelope import stamp
from studio.audit.listing import Units
from studio.audit.registry import Action
from studio.audit.taxonomy import evidence as actions
from studio.contract import gates
from studio.contract.gates import Act
from studio.core import ids, tenancy
from studio.core.errors import Conflict, Gone, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.locking import one_at_a_time
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.evidence import rows
from studio.oversight.evidence.outcomes import UNFINISHED, Kind, State
from studio.oversight.evidence.tables import EvidencePack, EvidencePart
from studio.oversight.evidence.wanted import FILTERS, Wanted
from studio.runtime.models import Run

AT_ONCE = 3
"""Packs of one workspace that are being made."""
LONGEST = timedelta(days=400)
PAGE = 30
_FILTER_LENGTH = 200

on_asked: Callable[[], None] | None = None
"""Called after a commit that left something to make. Set at start; the hint may be lost."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some packs, newest first."""

    packs: Sequence[EvidencePack]
    older: UUID | None
    """`before` of the next page; None: this is the last."""


def ask(uow: UnitOfWork, wanted: Wanted) -> EvidencePack:
    """Have a pack made. Raises InvalidInput, NotFound, or Conflict where too many are being made."""
    wanted = _checked(uow, wanted)
    one_at_a_time(uow, "evidence")
    count = select(func.count()).select_from(EvidencePack).where(EvidencePack.state.in_(UNFINISHED))
    if (uow.session.scalar(count) or 0) >= AT_ONCE:
        said = _("%(count)s packs are being made. Wait until one is ready, or stop one.", count=AT_ONCE)
        raise Conflict(said, code="evidence.too_many", resource="evidence_pack")
    row = EvidencePack(
        id=ids.new_id(), kind=wanted.kind.value, subject=wanted.subject, since=wanted.since, until=wanted.until,
        filters=dict(wanted.filters), state=State.QUEUED, stage="", approvals=0, runs=0, events=0, parts=0, size=0,
        attempt=0, held_until=uow.now, asked_by=uow.actor.user_id, created_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    _record(uow, actions.EVIDENCE_REQUESTED, row)
    if on_asked is not None:
        uow.after_commit(on_asked)
    return row


def cancel(uow: UnitOfWork, pack_id: UUID) -> EvidencePack:
    """Stop one that is not made yet. Raises NotFound, or Conflict where it has come to its end."""
    row = rows.locked(uow, pack_id)
    if row.state == State.CANCELLED:
        return row
    if row.state not in UNFINISHED:
        said = _("This pack has come to its end; there is nothing to stop.")
        raise Conflict(said, code="evidence.ended", resource=f"evidence_pack:{pack_id}")
    uow.session.execute(delete(EvidencePart).where(EvidencePart.pack_id == pack_id))
    row.size = row.parts = 0
    rows.end(uow, row, State.CANCELLED)
    _record(uow, actions.EVIDENCE_CANCELLED, row)
    return row


def page(uow: UnitOfWork, *, before: UUID | None = None, limit: int = PAGE) -> Page:
    """Packs that were asked for, newest first."""
    query = select(EvidencePack).order_by(EvidencePack.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(EvidencePack.id < before)
    found = uow.session.scalars(query).all()
    return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)


def take(uow: UnitOfWork, pack_id: UUID | None) -> EvidencePack:
    """Have one handed out: whoever may, once more proven where a policy says so, and it is recorded.

    Raises NotFound, Gone where its time is over, Conflict where it is not ready, and what a gate raises.
    """
    row = rows.one(uow, pack_id)
    where = f"evidence_pack:{row.id}"
    if row.state == State.EXPIRED or (row.expires_at is not None and row.expires_at <= uow.now):
        raise Gone(_("This pack is no longer kept. Ask for it again."), code="evidence.expired", resource=where)
    if row.state != State.READY:
        raise Conflict(_("This pack is not ready."), code="evidence.not_ready", resource=where)
    facts = {"what": "evidence"}
    gates.current().require(
        uow, Act("data.export", _("Download an evidence pack"), {**facts, "pack": str(row.id)}, facts)
    )
    _record(uow, actions.EVIDENCE_EXPORTED, row, sha256=row.sha256, size=row.size)
    return row


def content(units: Units, pack_id: UUID, parts: int) -> Iterator[bytes]:
    """The bytes of one that was handed out, a part a unit: whoever downloads slowly holds no connection."""
    for number in range(parts):
        wanted = select(EvidencePart.data).where(EvidencePart.pack_id == pack_id, EvidencePart.number == number)
        with units() as uow:
            data = uow.session.scalar(wanted)
        if data is None:  # it expired meanwhile: what was sent is cut off, and its verifier says so
            return
        yield data


def file_name(row: EvidencePack) -> str:
    """What it is saved as."""
    return f"evidence-{row.kind}-{row.created_at.date().isoformat()}-{str(row.id)[-6:]}.zip"


def _checked(uow: UnitOfWork, wanted: Wanted) -> Wanted:
    if wanted.kind is Kind.PERIOD:
        return _period(uow, wanted)
    if wanted.since or wanted.until or wanted.filters:
        raise InvalidInput(_("Times and filters go with a period."), code="evidence.not_a_period", field="since")
    if wanted.kind is Kind.RUN:
        tenancy.get(uow.session, Run, wanted.subject, "run")
    else:
        tenancy.get(uow.session, Request, wanted.subject, "approval")
    return wanted


def _period(uow: UnitOfWork, wanted: Wanted) -> Wanted:
    if wanted.subject is not None:
        raise InvalidInput(_("A period has no subject."), code="evidence.no_subject", field="subject")
    if wanted.since is None:
        raise InvalidInput(_("Say from when."), code="evidence.no_since", field="since")
    until = min(wanted.until or uow.now, uow.now)
    if wanted.since >= until:
        said = _("The period has to begin before it ends, and before now.")
        raise InvalidInput(said, code="evidence.empty_period", field="until")
    if until - wanted.since > LONGEST:
        said = _("A pack covers at most %(days)s days. Ask for several.", days=LONGEST.days)
        raise InvalidInput(said, code="evidence.long_period", field="since")
    for name, value in wanted.filters.items():
        if name not in FILTERS or len(value) > _FILTER_LENGTH:
            raise InvalidInput(_("There is no such filter."), code="evidence.filter", field=f"filters.{name}")
    return replace(wanted, until=until, filters={name: value for name, value in wanted.filters.items() if value})


def _record(uow: UnitOfWork, action: Action, row: EvidencePack, **more: Any) -> None:
    said = {
        "kind": row.kind,
        "since": stamp(row.since) if row.since else None,
        "until": stamp(row.until) if row.until else None,
        "filters": "&".join(f"{name}={value}" for name, value in sorted(row.filters.items()))[:400] or None,
    }
    target = Target("evidence_pack", row.id, rows.title(uow, row), personal=row.kind != Kind.PERIOD)
    record(uow, action, targets=[target], metadata=said | more)
