"""People ask for an erasure, see what it would take, agree to that, or withdraw it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from studio.audit import Target, record
from studio.core import tenancy
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.locking import lock
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.erasure import working
from studio.runtime.erasure.matching import is_key
from studio.runtime.erasure.outcomes import OPEN, Progress
from studio.runtime.models import CustomerErasure

SHOWN = 50
LONGEST_REFERENCE = 120


def ask(uow: UnitOfWork, key: str, reference: str) -> CustomerErasure:
    """Look for a customer's key across all runs. Nothing goes yet.

    Raises InvalidInput with every field that is wrong, Conflict while another erasure of the workspace is open.
    """
    key, reference = key.strip(), reference.strip()
    problems = []
    if not is_key(key):
        message = _("Give an email address, a phone number or a customer number, of 5 to 200 characters.")
        problems.append(FieldProblem("key", "erasure.key", message))
    if not 0 < len(reference) <= LONGEST_REFERENCE or (key and key.casefold() in reference.casefold()):
        message = _("Give a reference of up to 120 characters without the customer's data: it stays in the report.")
        problems.append(FieldProblem("reference", "erasure.reference", message))
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, field=problems[0].path, problems=problems)
    lock(uow.session, f"erasure|{uow.workspace}")
    if uow.session.scalar(select(CustomerErasure.id).where(CustomerErasure.ended_at.is_(None))) is not None:
        raise Conflict(_("Another erasure is open. Agree to it or withdraw it first."), code="erasure.open")
    row = CustomerErasure(reference=reference, key=key, state=Progress.LOOKING, cursor=working.FIRST, kept=[],
                          turn=0, by_name=uow.actor.name[:200], created_at=uow.now)  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    record(uow, "customer_erasure.asked", targets=[_target(row)])
    working.go_on(uow, row)
    return row


def confirm(uow: UnitOfWork, erasure_id: UUID) -> CustomerErasure:
    """Erase what was found, and what has come since: all runs are looked through once more. Raises Conflict."""
    row = _open(uow, erasure_id, (Progress.FOUND,), _("There is nothing to agree to: it is not done looking."))
    row.state, row.events, row.cursor, row.looked_at = Progress.ERASING, False, working.FIRST, 0
    row.sources, row.archives, row.trouble = False, False, None
    row.kept_runs, row.kept = 0, []
    found = {"runs": row.found_runs, "events": row.found_events, "archived_runs": row.found_archived}
    record(uow, "customer_erasure.confirmed", targets=[_target(row)], metadata=found)
    working.go_on(uow, row)
    return row


def withdraw(uow: UnitOfWork, erasure_id: UUID) -> CustomerErasure:
    """Let it be, as long as nothing was erased. Raises Conflict."""
    row = _open(uow, erasure_id, (Progress.LOOKING, Progress.FOUND), _("It is under way, or over."))
    row.state, row.key, row.ended_at = Progress.WITHDRAWN, None, uow.now
    record(uow, "customer_erasure.withdrawn", targets=[_target(row)])
    return row


def newest(uow: UnitOfWork) -> Sequence[CustomerErasure]:
    """The last ones, the newest first."""
    return uow.session.scalars(select(CustomerErasure).order_by(CustomerErasure.id.desc()).limit(SHOWN)).all()


def get(uow: UnitOfWork, erasure_id: UUID) -> CustomerErasure:
    """One. Raises NotFound."""
    return tenancy.get(uow.session, CustomerErasure, erasure_id, "customer_erasure")


def is_open(row: CustomerErasure) -> bool:
    """Whether it has not ended."""
    return row.state in OPEN


def _open(uow: UnitOfWork, erasure_id: UUID, states: tuple[Progress, ...], why: str) -> CustomerErasure:
    get(uow, erasure_id)
    row = uow.session.scalars(select(CustomerErasure).where(CustomerErasure.id == erasure_id).with_for_update()).one()
    if row.state not in states:
        raise Conflict(why, code="erasure.state")
    return row


def _target(row: CustomerErasure) -> Target:
    return Target("customer_erasure", str(row.id), row.reference)
