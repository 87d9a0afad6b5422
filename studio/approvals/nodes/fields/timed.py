"""Until when."""

from studio.approvals.deadlines import Duration
from studio.approvals.nodes.fields.groups import SILENCE
from studio.approvals.nodes.fields.owned import OWN
from studio.contract.node import NodeConfig, help_


class Timed(NodeConfig):
    """Until when."""

    due_in: Duration | None = help_(
        "How long there is to decide; after that the run goes on at “expired”",
        title="Due in",
        default=None,
        widget="duration",
        show_if=OWN,
    )
    remind_before: Duration | None = help_(
        "Remind once, this long before the end",
        title="Remind before",
        default=None,
        widget="duration",
        show_if=OWN,
        group=SILENCE,
    )
