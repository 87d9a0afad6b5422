"""Load and latency of approvals."""

from studio.accounts.identity import signed_in_person
from studio.api.v1.operations import operation
from studio.api.v1.shapes.approval_load import Load, LoadQuery
from studio.core.unit_of_work import UnitOfWork
from studio.oversight import load


@operation("GET", "/approval-load", tag="Approvals", needs="approval.report", query=LoadQuery, answer=Load)
def get_approval_load(uow: UnitOfWork, query: LoadQuery) -> Load:
    """Who has how much to decide, and how fast it is answered."""
    begin = load.since(uow.now, signed_in_person().time_zone, query.days)
    return Load.model_validate(load.report(uow, query.by, begin, query.sort))
