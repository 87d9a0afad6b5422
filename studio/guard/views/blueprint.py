"""The blueprint that this package's pages hang on, and what they reach other parts by."""

from typing import cast

from flask import Blueprint, current_app

from studio.contract import gates
from studio.contract.approving import Approvals
from studio.core import web

blueprint = Blueprint("guard", "studio.guard")


def sudo() -> None:
    """Go on where this session has lately proved who it is. Raises StepUpNeeded."""
    gates.current().require_sudo(web.current_uow())


def approvals() -> Approvals:
    """By whom people are told and asked."""
    return cast("Approvals", current_app.extensions["studio_approvals"])
