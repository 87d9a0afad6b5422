"""Connections: is everything connected, and what can be connected?"""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from studio.accounts.permissions import permission
from studio.connectors import words
from studio.connectors.catalogue import connectors
from studio.connectors.service import listing as lists
from studio.connectors.views.blueprint import blueprint
from studio.core.web import current_uow


@blueprint.get("/connections")
@permission("connection.read")
def listing() -> ResponseReturnValue:
    """By state, those first that need somebody, with what to do and what breaks."""
    everything = request.args.get("disconnected") == "1"
    found = lists.listed(current_uow(), disconnected=everything)
    return render_template(
        "connections/listing.html", found=found, words=words, definitions=connectors(), everything=everything
    )


@blueprint.get("/connections/new")
@permission("connection.manage")
def choose() -> ResponseReturnValue:
    """What can be connected."""
    found = sorted(connectors().values(), key=lambda one: (one.key == "http", one.title))
    return render_template("connections/choose.html", found=found)
