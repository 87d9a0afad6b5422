"""Rows of packs, found, locked and ended."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from studio.approvals.models import Request
from studio.core import tenancy
from studio.core.errors import NotFound, StudioError
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.evidence import people
from studio.oversight.evidence.outcomes import Kind, State
from studio.oversight.evidence.tables import EvidencePack
from studio.oversight.evidence.wanted import Wanted
from studio.runtime.models import Run, Workflow


def one(uow: UnitOfWork, pack_id: UUID | None) -> EvidencePack:
    """One pack. Raises NotFound."""
    return tenancy.get(uow.session, EvidencePack, pack_id, "evidence pack")


def locked(uow: UnitOfWork, pack_id: UUID) -> EvidencePack:
    """One pack with its row locked, as it is now. Raises NotFound."""
    query = select(EvidencePack).where(EvidencePack.id == pack_id).with_for_update()
    found = uow.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("There is no such evidence pack in this workspace."), resource=f"evidence_pack:{pack_id}")
    return found


def end(uow: UnitOfWork, row: EvidencePack, state: State, error: str | None = None) -> None:
    """It is over."""
    row.state, row.ended_at, row.error, row.stage = state, uow.now, error, ""


def failed(uow: UnitOfWork, pack_id: UUID, attempt: int, most: int, error: Exception) -> None:
    """An attempt has failed: it is due again at once, or told after the last one."""
    row = locked(uow, pack_id)
    if row.state != State.MAKING or row.attempt != attempt:
        return
    row.held_until = uow.now
    if attempt >= most:
        words = error.message if isinstance(error, StudioError) else f"{type(error).__name__}"
        end(uow, row, State.FAILED, words)


def wanted(row: EvidencePack) -> Wanted:
    """What it is asked for."""
    return Wanted(Kind(row.kind), row.subject, row.since, row.until, row.filters)


def title(uow: UnitOfWork, row: EvidencePack) -> str:
    """What it is called, in one line. What was erased on request does not stand in it."""
    return titles(uow, [row])[row.id]


def titles(uow: UnitOfWork, packs: Sequence[EvidencePack]) -> dict[UUID, str]:
    """The same of several, by id."""
    erased = people.erasures(uow)
    asked = select(Request.id, Request.title).where(Request.id.in_([one.subject for one in packs]))
    called = select(Run.id, Run.title, Workflow.name).join(Workflow, Workflow.id == Run.workflow_id)
    called = called.where(Run.id.in_([one.subject for one in packs]))
    names = {row.id: erased.said("approval", row.id, row.title) for row in uow.session.execute(asked)}
    names |= {row.id: erased.said("run", row.id, row.title or row.name) for row in uow.session.execute(called)}
    return {one.id: _title(one, names) for one in packs}


def _title(row: EvidencePack, names: Mapping[UUID, str]) -> str:
    if row.kind == Kind.PERIOD:
        return _("Evidence of a period: %(since)s to %(until)s", since=_day(row.since), until=_day(row.until))
    name = names.get(row.subject, "") if row.subject is not None else ""
    if row.kind == Kind.APPROVAL:
        return _("Evidence of an approval: %(name)s", name=name)
    return _("Evidence of a run: %(name)s", name=name)


def _day(moment: object) -> str:
    return str(moment)[:16]
