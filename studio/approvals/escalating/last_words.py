"""The end of a plan: it declines, expires, agrees, or goes on waiting."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.approvals import trail
from studio.approvals.escalating.reading import Due
from studio.approvals.escalation import Then
from studio.approvals.held import hold
from studio.approvals.models import Request
from studio.approvals.outcomes import Channel, Outcome
from studio.approvals.service import between, deferring, rows, staging, timers
from studio.approvals.together import together
from studio.core.unit_of_work import UnitOfWork

log = structlog.get_logger()

AGAIN = timedelta(minutes=5)
"""After an end that whoever asked would not hear of."""
_OUTCOMES = {Then.DECLINE: Outcome.DECLINED, Then.EXPIRE: Outcome.EXPIRED, Then.APPROVE: Outcome.APPROVED}


def say(uow: UnitOfWork, ended: Sequence[Due]) -> None:
    """Together; where that fails, each for itself: one is then tried again later, and keeps no other from its end."""
    if not ended:
        return
    wanted = [one.id for one in ended]
    try:
        with hold(uow, wanted) as held, uow.part(), together(uow):
            for one in ended:
                _say(uow, held[one.id].request, one)
    except Exception:
        log.exception("escalation_ends_failed", count=len(ended))
    else:
        return
    with hold(uow, wanted) as held:
        for one in ended:
            request = held[one.id].request
            try:
                with uow.part():
                    _say(uow, request, one)
            except Exception:
                log.exception("escalation_end_failed", request_id=str(one.id))
                row = timers.of(uow, request)
                if row is not None:
                    timers.set_next(uow, row, uow.now + AGAIN)


def _say(uow: UnitOfWork, request: Request, one: Due) -> None:
    then = one.plan.then
    if then is Then.APPROVE and request.stage + 1 < len(one.rule.stages):
        trail.record(uow, "approval.silence_agreed", request, stage=request.stage + 1)
        shares = rows.assignments(uow, request)
        staging.close_stage(uow, request, shares)
        staging.open_next(uow, request, shares)
        staging.recount(uow, request)
        return
    if then is Then.APPROVE and one.rule.more:
        trail.record(uow, "approval.silence_agreed", request, stage=request.stage + 1)
        staging.close_stage(uow, request, rows.assignments(uow, request))
        between.rest(
            uow, request, by=None, by_name=str(_("Escalation")), reason=_reason(one), channel=Channel.ESCALATION,
            said=None,
        )  # fmt: skip
        return
    chosen = [item["key"] for item in request.items] if then is Then.APPROVE and request.items else None
    deferring.end(
        uow,
        request,
        _OUTCOMES[then],
        by=None,
        by_name=str(_("Escalation")),
        reason=_reason(one),
        channel=Channel.ESCALATION,
        chosen=chosen,
    )


def _reason(one: Due) -> str:
    asked = one.plan.steps
    words: dict[Then, str] = {
        Then.DECLINE: ngettext(
            "Nobody answered, though others were asked once. Silence declines.",
            "Nobody answered, though others were asked %(count)s times. Silence declines.",
            asked,
            count=asked,
        ),
        Then.EXPIRE: ngettext(
            "Nobody answered, though others were asked once.",
            "Nobody answered, though others were asked %(count)s times.",
            asked,
            count=asked,
        ),
        Then.APPROVE: ngettext(
            "Nobody answered, though others were asked once. Silence agrees.",
            "Nobody answered, though others were asked %(count)s times. Silence agrees.",
            asked,
            count=asked,
        ),
    }
    return words[one.plan.then]
