"""An approval matrix with a version, and a draft that differs from it and has a gap."""

from studio.approvals.matrices import grid
from studio.approvals.matrices import service as matrices
from studio.core.unit_of_work import UnitOfWork

TABLE = """Row (first hit),Amount: number EUR,Country: text,Approvers,Needed,Due,Proof,Then,Escalation,Name
1,<100,,group:Refund team,,1 day,,,,Small
2,100..<1000,"DE, AT",group:Refund team,2,4 hours,,,Refunds over 500,
3,100..<1000,,group:Refund team,,,,,,Abroad
otherwise,,,group:Refund team,all,,yes,,,
"""


def furnish(uow: UnitOfWork) -> None:
    """Publish one, and begin another version."""
    row = matrices.create(uow, "Refunds by country", grid.read(TABLE).matrix)
    matrices.publish(uow, row.id, "As agreed with Finance", row.revision)
    matrices.keep(uow, row.id, grid.read(TABLE.replace("2,100..<1000", "2,100..<500").replace("otherwise", "4")))
