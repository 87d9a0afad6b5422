"""What the editor asks about flags while a step is set up, as JSON."""

from flask import Response, jsonify

from studio.accounts.permissions import permission
from studio.builder.views.blueprint import blueprint
from studio.core.web import current_uow
from studio.flags.service import environments, listing, segments
from studio.flags.studies import metrics


@blueprint.get("/builder/api/flags")
@permission("flag.read")
def flag_choices() -> Response:
    """Flags, environments, metrics and segments that a step may name."""
    uow = current_uow()
    return jsonify({
        "flags": [{"key": one.key, "description": one.description[:120]} for one in listing.choices(uow)],
        "environments": [{"name": one.name, "title": one.title} for one in environments.listed(uow)],
        "metrics": [{"key": one.key, "title": one.title} for one in metrics.listed(uow)],
        "segments": [{"name": one.name, "description": one.description[:120]} for one in segments.listed(uow)],
    })  # fmt: skip
