"""Telling people something that asks for no answer: a mail each, once, when it suits them."""

from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from studio.approvals import people, trail
from studio.approvals.mail_times import when_to_mail
from studio.approvals.people import Person
from studio.approvals.service import groups
from studio.contract.approving import ApprovalNotice
from studio.core import outbox
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork


def notify(uow: UnitOfWork, notice: ApprovalNotice) -> list[str]:
    """Mail everybody behind the names who has a working seat; returns their names. The same key mails each once.

    It leaves after their quiet hours; whoever has one mail a day gets it at that time, as a mail of its own.
    Raises InvalidInput where nobody is behind the names.
    """
    named = groups.resolve(uow, notice.people)
    seated = people.by_ids(uow, (one.user_id for one in named.candidates))
    told = [seated[user_id] for user_id in dict.fromkeys(one.user_id for one in named.candidates)]
    told = [person for person in told if person.active]
    if not told:
        names = ", ".join(one["name"] for one in named.rule)
        said = _("Nobody was told: %(names)s has no working seat. Name somebody else.", names=names)
        raise InvalidInput(said, code="nobody_to_tell", field="people")
    for person in told:
        _mail(uow, notice, person)
    return [person.name for person in told]


def _mail(uow: UnitOfWork, notice: ApprovalNotice, person: Person) -> None:
    payload = {
        "user_id": str(person.id),
        "subject": notice.subject,
        "text": notice.text,
        "workflow_name": notice.workflow_name,
        "key": notice.key,
    }
    leaves = when_to_mail(uow.now, ZoneInfo(person.time_zone), person.preferences, None)
    key = f"{trail.NOTICE}:{notice.key}:{person.id}"
    outbox.enqueue(uow, trail.NOTICE, key=key, payload=payload, due_at=leaves.at)
