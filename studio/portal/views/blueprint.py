"""The blueprint that these pages hang on."""

from typing import cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState

from studio.accounts import frame
from studio.accounts.identity import signed_in_person
from studio.approvals.service import listing
from studio.approvals.service.listing import Tab
from studio.core.unit_of_work import UnitOfWork
from studio.portal import answering, escalating, rows, words
from studio.portal.forms import MOMENTS

blueprint = Blueprint("portal", "studio.portal")


@blueprint.record_once
def _join(state: BlueprintSetupState) -> None:
    """Show beside Inbox, on every page, how much waits there."""
    frame.count(cast("Flask", state.app), "portal.inbox", _waiting)


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {"words": words, "rows": rows, "moments": MOMENTS, "answering": answering, "escalating": escalating}


def _waiting(uow: UnitOfWork) -> str:
    return words.counted(listing.counts(uow, signed_in_person().user_id)[Tab.PENDING])
