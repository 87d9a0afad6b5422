"""The part of approvals when somebody leaves. Implements `contract.leaving.Part`."""

from collections.abc import Mapping
from dataclasses import replace

from flask_babel import gettext as _

from studio.approvals import people
from studio.approvals.departing import arrangements, shares
from studio.contract.leaving import Fate, Holding, Leave
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork

_SAID = "what was said and done stays said and done"
_KEPT = "the request keeps who asked and who edited: the bar on their own approval lasts"


class ApprovalsPart:
    """Shares first: what is open must not wait for anybody who is gone."""

    name = "approvals"
    columns: Mapping[str, str] = {
        "approval_assignment.user_id": "open shares are handed over or end; ended ones stay as history",
        "approval_delegation.user_id": "ended",
        "approval_delegation.to_user_id": "the heir stands in, or it ends",
        "approval_delegation.created_by": _SAID,
        "approver_group_member.user_id": "the heir takes the place, or it goes",
        "on_call_override.user_id": "the heir's, or taken away",
        "on_call_schedule.people": "the heir's turns, or they go",
        "approval_policy.rule": "names the heir, or loses the name",
        "approval_slack_member.user_id": "deleted: that account decides nothing any more",
        "approval_escalation.plan": "plans of open requests ask the heir",
        "approval_escalation.acknowledged_by": "released with the share by which it was acknowledged",
        "approval_request.requester_id": _KEPT,
        "approval_request.editor_id": _KEPT,
        "approval_vote.user_id": _SAID,
        "approval_decision.by_user_id": _SAID,
        "approval_comment.user_id": _SAID,
        "approval_thread.opened_by": "anybody who was asked may resolve it",
        "approval_revision.by_user_id": _KEPT,
        "approval_attachment.by_user_id": _SAID,
        "stored_file.created_by": _SAID,
        "approval_mailbox_session.user_id": "a mail's link opens nothing once the share has ended",
    }

    def look(self, uow: UnitOfWork, leave: Leave) -> list[Holding]:
        """What they hold, and what would stall."""
        found = arrangements.look(uow, leave)
        seen = shares.foresee(uow, leave)
        problem = shares.stuck_words(seen) if seen.stuck_count else ""
        wish = "fallback" if leave.to is not None else "to"
        if seen.handed:
            found.insert(0, Holding("shares", seen.handed, Fate.HANDED))
        if seen.ended:
            found.insert(0, Holding("shares_end", seen.ended, Fate.ENDED, tuple(seen.stuck), problem, wish))
        return self._judged(uow, leave, found)

    def carry_out(self, uow: UnitOfWork, leave: Leave) -> None:
        """Hand over and end. Raises Conflict where something would stall."""
        arrangements.carry_out(uow, leave)
        fault_point("leaving.between_parts")
        shares.hand_over(uow, leave)

    @staticmethod
    def _judged(uow: UnitOfWork, leave: Leave, found: list[Holding]) -> list[Holding]:
        """With what stands in the way where an heir has no seat that decides, and there is something to decide."""
        for wish, one in (("to", leave.to), ("fallback", leave.fallback)):
            person = people.by_id(uow, one.id) if one is not None else None
            if one is not None and found and (person is None or not person.may_decide):
                said = _("%(name)s has no seat that can decide: choose somebody else.", name=one.name)
                found[0] = replace(found[0], problem=said, field=wish)
        return found
