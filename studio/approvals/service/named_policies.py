"""Finding a policy by the name that steps give it."""

from sqlalchemy import select

from studio.approvals.models import ApprovalPolicy
from studio.approvals.service import naming
from studio.core.unit_of_work import UnitOfWork


def find(uow: UnitOfWork, name: str) -> ApprovalPolicy | None:
    """The policy of that name."""
    return uow.session.scalar(select(ApprovalPolicy).where(ApprovalPolicy.name_key == naming.key(name)))
