"""What the owner of the lived-in Studio has asked for without a workflow."""

from studio.approvals.attaching import checking
from studio.approvals.requesting import adhoc
from studio.approvals.requesting.adhoc import PersonAsk
from studio.approvals.service import attaching
from studio.core.unit_of_work import UnitOfWork
from tests.factories.files import picture


def furnish(uow: UnitOfWork) -> None:
    """A question to the refund team, which is open."""
    photo = checking.check("camera.png", picture(size=(640, 420)), "attachments.0")
    adhoc.ask(
        uow,
        PersonAsk(
            title="Buy a camera for the product photos",
            facts=[("Shop", "Foto Koch"), ("Delivery", "Within a week")],
            text="The old one broke on Monday.",
            amount="420.00",
            currency="EUR",
            approvers=["group:Refund team"],
            attachments=[one.id for one in attaching.keep(uow, [photo])],
        ),
    )
