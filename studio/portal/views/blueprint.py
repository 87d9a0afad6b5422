"""The blueprint that these pages hang on."""

from typing import cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState

from studio.accounts import frame
from studio.accounts.identity import signed_in_person
from studio.approvals.service import listing
from studio.approvals.service.listing import Tab
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import listing as alerts
from studio.portal import alert_words, answering, escalating, rows, words
from studio.portal.forms import MOMENTS

blueprint = Blueprint("portal", "studio.portal")


@blueprint.record_once
def _join(state: BlueprintSetupState) -> None:
    """Show beside Inbox and Alerts, on every page, how much waits there."""
    app = cast("Flask", state.app)
    frame.count(app, "portal.inbox", _waiting)
    frame.count(app, "portal.alerts", lambda uow: alert_words.count(alerts.open_count(uow)))


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {"words": words, "rows": rows, "moments": MOMENTS, "answering": answering, "escalating": escalating}


def _waiting(uow: UnitOfWork) -> str:
    return words.counted(listing.counts(uow, signed_in_person().user_id)[Tab.PENDING])
