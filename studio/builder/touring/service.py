"""The tour of somebody's first days: what is there of it, and what is kept because nothing else tells it.

Facts are read from workflows, drafts and runs. A row keeps what leaves no trace elsewhere: that a test-run went
through, that a run was opened, that the tour was put away.
"""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from studio.builder.models import Tour
from studio.builder.service import drafts
from studio.builder.touring.policy import Candidate, Facts, followed
from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.models import Run, Workflow
from studio.runtime.outcomes import Mode
from studio.runtime.service.call_checks import check_in

MOST = 20
"""So many of somebody's newest workflows are looked at."""


def is_shown(uow: UnitOfWork) -> bool:
    """Whether Home shows it to whoever acts."""
    row = _row(uow)
    return uow.actor.user_id is not None and (row is None or row.hidden_at is None)


def facts(uow: UnitOfWork) -> Facts:
    """What there is of the first workflow of whoever acts."""
    row = _row(uow)
    tried, seen = row is not None and row.tried_at is not None, row is not None and row.seen_at is not None
    chosen = followed(_candidates(uow, row))
    if chosen is None:
        return Facts(tried=tried, seen=seen)
    return Facts(
        workflow_id=chosen.id,
        complete=chosen.published or _is_complete(uow, chosen.id),
        tried=tried,
        published=chosen.published,
        run_id=_newest_run(uow, chosen.id) if chosen.ran else None,
        seen=seen,
    )


def lacks_trial(uow: UnitOfWork, workflow: Workflow) -> bool:
    """Whether a test-run of this workflow would be the first that is noted."""
    row = _row(uow)
    return _is_theirs(uow, row, workflow) and (row is None or row.tried_at is None)


def tried(uow: UnitOfWork, workflow: Workflow) -> None:
    """A test-run of this workflow went through."""
    if lacks_trial(uow, workflow):
        _kept(uow).tried_at = uow.now


def is_first_sight(uow: UnitOfWork, run: Run) -> bool:
    """Whether whoever opens this run is on the tour and has come to its end."""
    workflow = uow.session.get(Workflow, run.workflow_id)
    if uow.actor.user_id is None or run.mode != Mode.LIVE or workflow is None or workflow.owner_id != uow.actor.user_id:
        return False  # nothing more is asked for whoever looks at what others built
    row = _row(uow)
    if row is not None and (row.seen_at or row.hidden_at):
        return False
    return _is_theirs(uow, row, workflow)


def seen(uow: UnitOfWork) -> None:
    """A run was opened: the tour is over, and Home does without it."""
    row = _kept(uow)
    row.seen_at = row.seen_at or uow.now
    row.hidden_at = uow.now


def hide(uow: UnitOfWork) -> None:
    """Put it away until it is asked for. Raises Conflict where nobody is known."""
    row = _kept(uow)
    row.hidden_at = row.hidden_at or uow.now


def show(uow: UnitOfWork) -> None:
    """Bring it back to Home. Raises Conflict where nobody is known."""
    _kept(uow).hidden_at = None


def leave_out(uow: UnitOfWork, workflow: Workflow) -> None:
    """Studio made this workflow in the name of whoever acts: their own is another one."""
    _kept(uow).example_id = workflow.id


def _is_theirs(uow: UnitOfWork, row: Tour | None, workflow: Workflow) -> bool:
    mine = uow.actor.user_id is not None and workflow.owner_id == uow.actor.user_id
    return mine and (row is None or row.example_id != workflow.id)


def _candidates(uow: UnitOfWork, row: Tour | None) -> list[Candidate]:
    ran = exists().where(Run.workflow_id == Workflow.id, Run.mode == Mode.LIVE)
    query = select(Workflow.id, Workflow.published_version_id, ran).order_by(Workflow.id.desc()).limit(MOST)
    query = query.where(Workflow.owner_id == uow.actor.user_id, Workflow.archived_at.is_(None))
    if row is not None and row.example_id is not None:
        query = query.where(Workflow.id != row.example_id)
    return [Candidate(key, version is not None, bool(has)) for key, version, has in uow.session.execute(query)]


def _is_complete(uow: UnitOfWork, workflow_id: UUID) -> bool:
    workflow = uow.session.get_one(Workflow, workflow_id)
    document = documents.load(drafts.current(uow, workflow).document)
    return not documents.errors(check_in(uow, document, workflow))


def _newest_run(uow: UnitOfWork, workflow_id: UUID) -> UUID | None:
    query = select(Run.id).where(Run.workflow_id == workflow_id, Run.mode == Mode.LIVE)
    return uow.session.scalar(query.order_by(Run.id.desc()).limit(1))


def _row(uow: UnitOfWork) -> Tour | None:
    user_id = uow.actor.user_id
    return uow.session.get(Tour, (uow.workspace, user_id)) if user_id is not None else None


def _kept(uow: UnitOfWork) -> Tour:
    """The row, made where there is none. Two that come at once are told apart by its key."""
    row, user_id = _row(uow), uow.actor.user_id
    if row is not None:
        return row
    if user_id is None:
        raise Conflict(_("The tour is a person's."), code="tour.nobody", resource="tour")
    row = Tour(workspace_id=uow.workspace, user_id=user_id)
    try:
        with uow.part():
            uow.session.add(row)
    except IntegrityError:
        return uow.session.get_one(Tour, (uow.workspace, user_id))
    return row
