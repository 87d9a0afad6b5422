"""Settings, approval policies: a dry run of one."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals import people, wall_clock
from studio.approvals.nodes.fields.governing import PolicyRule, restored
from studio.approvals.policies import dry_run
from studio.approvals.policies import service as policies
from studio.approvals.policies.dry_run import DryRun
from studio.approvals.wall_clock import Unclear
from studio.core.errors import InvalidInput
from studio.core.web import current_uow
from studio.portal import dry_run as timeline
from studio.portal.views.blueprint import blueprint

LONGEST = 254
"""Letters of an address."""


@blueprint.get("/settings/policies/<uuid:policy_id>/dry-run")
@permission("policy.read")
def policy_dry_run(policy_id: UUID) -> ResponseReturnValue:
    """Who would be asked by it, when it would escalate, and to whom, at a moment of the reader's clock."""
    uow = current_uow()
    row = policies.get(uow, policy_id)
    given, requester = request.args.get("at", ""), request.args.get("requester", "").strip()[:LONGEST]
    found, refused = _found(restored(row.rule), given, requester)
    shown = given if refused else found.at.astimezone(_zone()).strftime("%Y-%m-%dT%H:%M")
    page = render_template(
        "portal/policy_dry_run.html", policy=row, found=found, entries=timeline.entries(found), at=shown,
        fallback=timeline.names(found.fallback), requester=requester, refused=refused, zone=_zone().key,
        people=people.deciders(uow),
    )  # fmt: skip
    return page, 422 if refused else 200


def _found(rule: PolicyRule, given: str, requester: str) -> tuple[DryRun, str]:
    """What the address asks, and why the moment of it makes no sense, where it makes none: then it is of now."""
    uow = current_uow()
    try:
        return dry_run.run(uow, rule, _moment(given), requester or None), ""
    except InvalidInput as error:
        return dry_run.run(uow, rule, None, requester or None), error.message


def _moment(given: str) -> datetime | None:
    """By the reader's own clock; None: now."""
    if not given:
        return None
    try:
        reading = datetime.fromisoformat(given[:16])
        moment = wall_clock.moment(reading, _zone(), current_uow().now)
    except ValueError:
        raise InvalidInput(_("Choose a date and a time, such as 2027-03-31T08:00."), field="at") from None
    if moment is Unclear.SKIPPED:
        raise InvalidInput(_("Clocks go forward over that time on that day. Choose a later one."), field="at")
    if isinstance(moment, Unclear):
        raise InvalidInput(_("Choose a moment within a year."), field="at")
    return moment


def _zone() -> ZoneInfo:
    return ZoneInfo(signed_in_person().time_zone)
