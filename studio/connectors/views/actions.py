"""What the editor asks about connections while a step is set up, as JSON."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from studio.accounts.permissions import permission
from studio.connectors import words
from studio.connectors.catalogue import connectors
from studio.connectors.models import Connection
from studio.connectors.outcomes import Status
from studio.connectors.service import listing, offering, scoping
from studio.connectors.views.blueprint import blueprint, named
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.web import current_uow


@blueprint.get("/connections/choices")
@permission("connection.read")
def choices() -> ResponseReturnValue:
    """Connections that a step may name, by title."""
    return jsonify([_choice(row) for row in listing.choices(current_uow())])


@blueprint.get("/connections/<handle>/actions")
@permission("connection.read")
def actions(handle: str) -> ResponseReturnValue:
    """What it can do; `q` narrows it. Its channels, stores and warehouses stand beside."""
    uow, row = current_uow(), named(handle)
    found = offering.offered(uow, row, request.args.get("q", "")[:120])
    return jsonify({
        "actions": [
            {"name": f"{row.connector}.{one.key}", "title": one.title, "help": one.help, "group": one.group}
            for one in found
        ],
        "more": len(found) == offering.MOST,
        "scopes": [{"id": one.external_id, "name": one.name, "kind": one.kind} for one in scoping.of(uow, row)],
    })  # fmt: skip


@blueprint.get("/connections/<handle>/actions/<path:action>")
@permission("connection.read")
def action_form(handle: str, action: str) -> ResponseReturnValue:
    """The form of one action."""
    uow, row = current_uow(), named(handle)
    connector, _dot, key = action.partition(".")
    schema = offering.form(uow, row, key) if connector == row.connector else None
    if schema is None:
        words_ = _("“%(title)s” has no action %(name)s.", title=row.title, name=action[:80])
        raise NotFound(words_, code="connection.unknown_action", field="config.action")
    return jsonify({"name": action, "schema": schema})


def _choice(row: Connection) -> dict[str, str | bool]:
    said, _kind = words.state(row)
    definition = connectors().get(row.connector)
    return {
        "handle": row.handle, "title": row.title, "connector": row.connector,
        "system": _(definition.title) if definition is not None else row.connector, "state": said,
        "active": row.state is Status.ACTIVE,
    }  # fmt: skip
