"""Settings, Workers: what waits, for how long, and who works it off."""

from flask import render_template
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint
from studio.core.i18n import marked
from studio.core.web import current_uow
from studio.operations.overview import MOST, look
from studio.operations.wellness import trouble
from studio.runtime.outcomes import Lane

LANES = {
    Lane.MAIN: (marked("Ready"), marked("Steps in memory and in Studio's own database.")),
    Lane.EFFECT: (marked("Ready to call out"), marked("The next step calls another system.")),
    Lane.GATE: (marked("At the gate"), marked("Their workflow's limits do not let them begin yet.")),
    Lane.BACK: (marked("For a place again"), marked("They have waited for something, and go on when limits let them.")),
    Lane.PARKED: (marked("Parked"), marked("Their workflow is paused, or everything is stopped.")),
}


@blueprint.get("/settings/workers")
@permission("settings.read")
def workers() -> str:
    """Queues and jobs of this workspace, and the installation's workers."""
    found = look(current_uow().session)
    return render_template(
        "console/workers.html", found=found, trouble=trouble(found), most=MOST,
        lanes=[(_(LANES[queue.lane][0]), _(LANES[queue.lane][1]), queue) for queue in found.queues],
    )  # fmt: skip
