"""Somebody leaves while the process dies: all of it has happened, or nothing; and it can be asked for again."""

from itertools import count

import pytest
from sqlalchemy import select

from studio.accounts.models import ApiToken, Seat
from studio.accounts.outcomes import Role
from studio.accounts.service import tokens
from studio.approvals.models import Assignment, GroupMember
from studio.approvals.outcomes import LIVE
from studio.approvals.service import groups
from studio.audit.models import AuditEvent
from studio.audit.verifying import verify
from tests.factories.accounts import make_person
from tests.faults.approving import GROUP

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]
LABELS = {"leaving.between_parts", "leaving.after_part", "leaving.before_commit", "leaving.after_commit"}
_numbers = count(1)


def facts(approving, request_id, who) -> dict[str, object]:
    """What there is of somebody: in whole, in part or not at all."""
    with approving.database.unit(approving.workspace_id, read_only=True) as unit:
        session = unit.session
        shares = (Assignment.request_id == request_id, Assignment.state.in_(LIVE))
        holders = set(session.scalars(select(Assignment.user_id).where(*shares)))
        return {
            "seat": session.get_one(Seat, who.seat_id).disabled_at is None,
            "share": who.user_id in holders,
            "token": bool(session.scalars(
                select(ApiToken.id).where(ApiToken.user_id == who.user_id, ApiToken.revoked_at.is_(None))
            ).all()),
            "group": who.user_id in session.scalars(select(GroupMember.user_id)).all(),
            "events": len(session.scalars(select(AuditEvent.id).where(AuditEvent.action == "member.left")).all()),
            "chain": verify(unit).bad is None,
        }  # fmt: skip


def member(approving):
    """Somebody with a token, who is asked beside Lena from now on."""
    who = make_person(approving.database, approving.workspace_id, Role.APPROVER)
    with approving.database.unit(approving.workspace_id, approving.people["owner"].actor) as unit:
        [group_id] = [one.id for one in groups.all_groups(unit) if one.name == GROUP]
        groups.set_members(unit, group_id, [who.user_id, approving.people["lena"].user_id])
        tokens.create(unit, name="Theirs", scopes=["runs:read"], user_id=who.user_id)
    return who


HERE = {"seat": True, "share": True, "token": True, "group": True, "events": 0, "chain": True}
GONE = {"seat": False, "share": False, "token": False, "group": False, "events": 1, "chain": True}


@pytest.mark.parametrize(
    ("label", "after", "left"),
    [
        ("leaving.between_parts", 0, HERE),
        ("leaving.after_part", 0, HERE),
        ("leaving.after_part", 8, HERE),
        ("leaving.before_commit", 0, HERE),
        ("leaving.after_commit", 0, GONE),
    ],
)
def test_all_or_nothing(approving_on_either, label, after, left):
    approving, order = approving_on_either, f"l-{next(_numbers)}"
    leaver = member(approving)
    approving.drill.resume(FAULT=label, FAULT_AFTER=str(after))
    request_id, before = approving.asked(order), facts(approving, None, leaver)["events"]
    heir = make_person(approving.database, approving.workspace_id, Role.APPROVER)
    approving.drill.lay()
    body = {"to": str(heir.user_id)}
    assert approving.call("owner", f"/members/{leaver.seat_id}/leave", body, key=order) is None
    assert facts(approving, request_id, leaver) == left | {"events": before + left["events"]}
    assert approving.insist("owner", f"/members/{leaver.seat_id}/leave", body, key=order)[-1] == 200
    assert facts(approving, request_id, leaver) == GONE | {"events": before + 1}
    assert approving.decide("lena", request_id, "approved") == [200]
    approving.drill.finished(order)
