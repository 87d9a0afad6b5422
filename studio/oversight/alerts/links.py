"""The link of an alert's mail: it finds the alert and the person it was sent to, and does nothing by itself."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from studio.approvals import people
from studio.approvals.people import Person
from studio.core import crypto
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.tables import Alert, AlertTold

LIFETIME = timedelta(days=7)
"""After that it says that it is too old."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a link leads."""

    alert: Alert
    person: Person
    old: bool


def find(uow: UnitOfWork, token: str) -> Found | None:
    """Where a link leads; None for one that never was one here, or whose person has no working seat any more."""
    query = select(AlertTold, Alert).join(Alert, Alert.id == AlertTold.alert_id)
    row = uow.session.execute(query.where(AlertTold.token_hash == crypto.hash_token(token))).one_or_none()
    if row is None:
        return None
    sent, alert = row
    person = people.by_id(uow, sent.user_id)
    if person is None or not person.active:
        return None
    return Found(alert, person, uow.now - sent.at > LIFETIME)
