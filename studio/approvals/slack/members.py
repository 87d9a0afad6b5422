"""Whose Slack account is whose: said by the person, shown by a code that only that account reads."""

import re
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from studio import audit
from studio.approvals import people
from studio.approvals.models import SlackChannel, SlackMember
from studio.approvals.outcomes import CodeVerdict
from studio.approvals.people import Person
from studio.approvals.service import rows
from studio.core import crypto, ids, outbox, rng
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork

CODE = "approval.slack_code"
CODE_LIFETIME = timedelta(minutes=15)
WRONG_CODES = 5
_MEMBER = re.compile(r"[UW][A-Z0-9]{5,28}\Z")


def own(uow: UnitOfWork, user_id: UUID) -> SlackMember | None:
    """What a person has said, verified or not."""
    return uow.session.scalars(select(SlackMember).where(SlackMember.user_id == user_id)).one_or_none()


def claim(uow: UnitOfWork, member_id: str) -> SlackMember:
    """Say which account is one's own. It may do nothing until the code is typed that is sent to it."""
    person, member_id = rows.acting(uow), member_id.strip().upper()
    if not _MEMBER.match(member_id):
        said = _("A member id begins with U or W, such as U024BE7LH. Slack shows it in your profile, behind “⋮”.")
        raise InvalidInput(said, field="member_id", code="bad_member")
    if uow.session.scalar(select(SlackChannel.id)) is None:
        raise InvalidInput(_("Slack is not set up here yet; ask an admin."), field="member_id", code="not_set_up")
    _not_taken(uow, member_id, person.id)
    uow.session.execute(select(SlackMember.id).where(SlackMember.user_id == person.id).with_for_update())
    row = own(uow, person.id)
    if row is None:
        row = SlackMember(id=ids.new_id(), user_id=person.id)
        uow.session.add(row)
    row.member_id, row.team_id, row.verified_at = member_id, None, None
    row.code_hash = row.code_expires_at = row.problem = None
    row.wrong_codes, row.created_at = 0, uow.now
    uow.session.flush()
    key = f"{CODE}:{row.id}:{uow.now.isoformat()}"
    outbox.enqueue(uow, CODE, key=key, payload={"row_id": str(row.id)}, max_attempts=5)
    return row


def mint(uow: UnitOfWork, row: SlackMember) -> str:
    """A code for whoever has that account; an earlier one ends."""
    digits = rng.digits(6)
    row.code_hash, row.code_expires_at = _hash(row, digits), uow.now + CODE_LIFETIME
    return digits


def confirm(uow: UnitOfWork, digits: str) -> CodeVerdict:
    """Look at a typed code. A wrong one is counted, and the count must be committed."""
    person = rows.acting(uow)
    query = select(SlackMember).where(SlackMember.user_id == person.id).with_for_update()
    row = uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.verified_at is not None or row.code_hash is None or row.code_expires_at is None:
        return CodeVerdict.EXPIRED
    if row.wrong_codes >= WRONG_CODES:
        return CodeVerdict.LOCKED
    if row.code_expires_at <= uow.now:
        return CodeVerdict.EXPIRED
    typed = "".join(letter for letter in digits if letter in "0123456789")
    if not crypto.same(_hash(row, typed), row.code_hash):
        row.wrong_codes += 1
        return CodeVerdict.LOCKED if row.wrong_codes >= WRONG_CODES else CodeVerdict.WRONG
    _not_taken(uow, row.member_id, person.id)
    row.verified_at, row.code_hash, row.code_expires_at = uow.now, None, None
    row.team_id = row.team_id or uow.session.scalar(select(SlackChannel.team_id))
    try:
        uow.session.flush()
    except IntegrityError as error:  # two at the same moment: the index decides
        raise _taken() from error
    _record(uow, "slack.member_verified", person, member_id=row.member_id)
    return CodeVerdict.RIGHT


def remove(uow: UnitOfWork, user_id: UUID) -> None:
    """From now on that account decides nothing: for oneself, and by admins for everybody."""
    acting, row = rows.acting(uow), own(uow, user_id)
    if row is None or (user_id != acting.id and not acting.may_manage):
        raise NotFound(_("There is no such Slack account here."), resource=f"slack_member:{user_id}")
    uow.session.delete(row)
    person = people.by_id(uow, user_id)
    if row.verified_at is not None and person is not None:
        _record(uow, "slack.member_removed", person, member_id=row.member_id)


def verified(uow: UnitOfWork) -> list[tuple[SlackMember, Person]]:
    """Whose accounts are known, by name."""
    found = list(uow.session.scalars(select(SlackMember).where(SlackMember.verified_at.is_not(None))))
    seated = people.by_ids(uow, (row.user_id for row in found))
    known = [(row, seated[row.user_id]) for row in found if row.user_id in seated]
    return sorted(known, key=lambda one: one[1].name.casefold())


def person_behind(uow: UnitOfWork, member_id: str, team_id: str) -> Person | None:
    """Whose account it is; None where nobody has shown that it is theirs, in that Slack workspace."""
    query = select(SlackMember.user_id).where(
        SlackMember.member_id == member_id, SlackMember.team_id == team_id, SlackMember.verified_at.is_not(None)
    )
    return people.by_id(uow, uow.session.scalar(query))


def reveal(uow: UnitOfWork, row_id: UUID | None, member_id: str, team_id: str) -> str | None:
    """A code for whoever pressed “Show my code”, where it is theirs; None where it is not."""
    row = uow.session.get(SlackMember, row_id) if row_id is not None else None
    if row is None or row.verified_at is not None or row.member_id != member_id or not team_id:
        return None
    row.team_id = team_id
    return mint(uow, row)


def _not_taken(uow: UnitOfWork, member_id: str, user_id: UUID) -> None:
    query = select(SlackMember.user_id).where(
        SlackMember.member_id == member_id, SlackMember.verified_at.is_not(None), SlackMember.user_id != user_id
    )
    if uow.session.scalar(query) is not None:
        raise _taken()


def _taken() -> Conflict:
    return Conflict(_("Somebody else here has shown that this account is theirs."), code="taken", field="member_id")


def _hash(row: SlackMember, digits: str) -> str:
    return crypto.hash_token(f"{row.id}:{row.member_id}:{digits}")


def _record(uow: UnitOfWork, action: str, person: Person, **metadata: object) -> None:
    target = audit.Target("user", str(person.id), person.name, personal=True)
    audit.record(uow, action, targets=[target], metadata=metadata)
