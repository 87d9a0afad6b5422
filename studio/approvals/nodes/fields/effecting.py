"""What stands between a yes and its effect."""

from studio.contract.node import NodeConfig, help_


class Effecting(NodeConfig):
    """What stands between a yes and its effect."""

    threads_first: bool = help_(
        "Whoever is asked, or asks, can open threads on the request; while one is open, nobody can approve it. "
        "Declining stays possible",
        title="Open threads must be resolved first",
        default=False,
    )
