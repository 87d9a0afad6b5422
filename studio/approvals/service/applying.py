"""Applying a group to what is open: a plan that writes nothing, then the change, request by request.

Only what is said so explicitly changes: requests keep whom they asked until somebody who manages groups applies it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Text, cast, or_, select

from studio.approvals import applying
from studio.approvals import rule as rules
from studio.approvals.applying import Applied
from studio.approvals.models import Request
from studio.approvals.rule import Rule
from studio.approvals.service import counting, groups, reruling, rows
from studio.approvals.service.groups import GroupView
from studio.approvals.service.reruling import BATCH, Cause, Change
from studio.core.errors import Conflict
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork

__all__ = ["BATCH", "LEFT", "Change", "Plan", "apply", "fingerprint", "plan"]

LEFT = "left_group"
"""Why a vote no longer counts."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying would do to the next requests."""

    group: GroupView
    shown: str
    """What the page posts back: the group's people as they are now."""
    changes: tuple[Change, ...]
    more: bool
    """There are others behind these."""

    @property
    def able(self) -> list[Change]:
        """Those that can be changed."""
        return [one for one in self.changes if not one.refused]


def plan(uow: UnitOfWork, group_id: UUID) -> Plan:
    """Which open requests would change, and how. Nothing is written."""
    group = groups.get(uow, group_id)
    found, more = _concerned(uow, group)
    changes = (reruling.change(uow, request, _now(uow, request, group)) for request in found)
    return Plan(group, fingerprint(group), tuple(one for one in changes if one is not None), more)


def apply(uow: UnitOfWork, group_id: UUID, shown: str, request_ids: Iterable[UUID]) -> list[Change]:
    """Do it to those of the requests that still can be changed, at most BATCH; what each of them got.

    Raises Conflict where the group has changed since `shown`.
    """
    group = groups.get(uow, group_id)
    if shown != fingerprint(group):
        said = _("The group was changed since you opened this page. Nothing was applied.")
        raise Conflict(said, code="group_changed")
    done = []
    for request_id in sorted(set(request_ids))[:BATCH]:
        request = rows.locked(uow, request_id)
        applied = _now(uow, request, group)
        change = reruling.change(uow, request, applied)
        if change is not None and not change.refused:
            reruling.carry_out(uow, request, applied, _cause(request, group))
        if change is not None:
            done.append(change)
    fault_point("apply.before_commit")
    return done


def fingerprint(group: GroupView) -> str:
    """Of who is in it."""
    members = [str(one.id) for one in group.members]
    return hashlib.sha256(json.dumps([str(group.id), sorted(members)]).encode()).hexdigest()


def _concerned(uow: UnitOfWork, group: GroupView) -> tuple[list[Request], bool]:
    """Open requests that name it, oldest first; those that would not change are left out, and looked behind."""
    stored = cast(Request.rule, Text)
    names = (json.dumps(group.name), json.dumps(group.name, ensure_ascii=False))
    named = or_(stored.contains(str(group.id)), *(stored.contains(name, autoescape=True) for name in names))
    query = select(Request).where(Request.closed_at.is_(None), named).order_by(Request.id)
    found: list[Request] = []
    for request in uow.session.scalars(query.execution_options(yield_per=500)):
        if _differs(uow, request, group):
            found.append(request)
        if len(found) > BATCH:
            break
    return found[:BATCH], len(found) > BATCH


def _differs(uow: UnitOfWork, request: Request, group: GroupView) -> bool:
    known = rules.from_json(request.rule)
    if not known.stages[request.stage].people:
        return False
    applied = _applied(uow, request, known, group)
    return applied.changes or applied.refused is not None


def _now(uow: UnitOfWork, request: Request, group: GroupView) -> Applied:
    return _applied(uow, request, rules.from_json(request.rule), group)


def _applied(uow: UnitOfWork, request: Request, known: Rule, group: GroupView) -> Applied:
    barred = rows.barred(uow, request)
    members = [one.id for one in group.members if counting.may_vote(one, known, barred)]
    return applying.apply(known, group.id, group.name, members, request.stage)


def _cause(request: Request, group: GroupView) -> Cause:
    told = _(
        "“%(title)s” is no longer yours to decide: you have left the group %(name)s, and what was open was brought in "
        "line with it.",
        title=request.title, name=group.name,
    )  # fmt: skip
    return Cause(
        action="approval.group_applied",
        facts={"group": group.name},
        why=lambda _stage, _who: {"kind": "group", "name": group.name},
        void=LEFT,
        reason=str(_("Counted again, since the group %(name)s was changed.", name=group.name)),
        told=str(told),
    )
