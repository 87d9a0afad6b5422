"""Mail in the local mailbox."""

from uuid import UUID

from flask import Flask

from studio.core.ids import new_id
from studio.core.models import LocalMail
from tests.factories.accounts import MadeTenant


def make_mail(app: Flask, tenant: MadeTenant) -> UUID:
    """A kept mail whose subject carries the workspace's name."""
    mail_id = new_id()
    with app.extensions["studio_database"].unit(tenant.id) as uow:
        uow.session.add(
            LocalMail(
                id=mail_id, recipients=["anna@example.com"], subject=f"From {tenant.name}",
                text=f"Hello from {tenant.name}", sent_at=uow.now,
            )
        )  # fmt: skip
    return mail_id
