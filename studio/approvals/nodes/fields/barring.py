"""Who must not decide because of what they did to the workflow."""

from studio.approvals.nodes.fields.groups import CLOSER
from studio.contract.node import NodeConfig, help_


class Barring(NodeConfig):
    """Who must not decide because of what they did to the workflow."""

    bar_editor: bool = help_(
        "Whoever last changed what this version of the workflow does must not decide; moving steps about on the "
        "canvas is no change",
        title="Not who changed it last",
        default=False,
        group=CLOSER,
    )
