"""Approval matrices."""

from uuid import UUID

from studio.approvals.matrices import grid
from studio.approvals.matrices import service as matrices
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadeTenant

HEAD = "Row (first hit),Amount: number EUR,Country: text,Approvers,Needed,Due,Proof,Then,Escalation,Name\n"


def csv_of(tenant: MadeTenant, *lines: str) -> str:
    """Lines below the head; OWNER and ADMIN stand for those people."""
    text = HEAD + "".join(f"{line}\n" for line in lines)
    return text.replace("OWNER", f"user:{tenant['owner'].email}").replace("ADMIN", f"user:{tenant['admin'].email}")


def make_matrix(
    database: Database, tenant: MadeTenant, name: str = "Refunds", *lines: str, publish: bool = True
) -> UUID:
    """One with a row for all cases, unless lines are given; published, unless not."""
    text = csv_of(tenant, *(lines or ("1,,,OWNER,,,,,,Anything",)))
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        read = grid.read(text)
        assert read.problems == [], read.problems
        row = matrices.create(uow, name, read.matrix)
        if publish:
            matrices.publish(uow, row.id, "First", row.revision)
        return row.id


def publish_matrix(database: Database, tenant: MadeTenant, matrix_id: UUID, *lines: str) -> int:
    """Another version of it."""
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        row = matrices.keep(uow, matrix_id, grid.read(csv_of(tenant, *lines)))
        return matrices.publish(uow, matrix_id, "", row.revision).number
