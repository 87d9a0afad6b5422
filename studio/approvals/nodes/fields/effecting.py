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
    exclusive: str = help_(
        "What only one approval at a time may be about, such as a product: further ones wait in turn, whichever "
        "workflow asks, and nobody is asked and no time runs until those before have ended. Empty: nothing",
        title="One at a time for",
        template=True,
        default="",
        example="Price of {{ trigger.product.sku }}",
    )
