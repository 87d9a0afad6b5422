"""Whether other steps may ask further people about the same request."""

from studio.contract.node import NodeConfig, help_


class Staged(NodeConfig):
    """Whether it is settled once these people have agreed."""

    more_stages: bool = help_(
        "Go on at “approved” without settling it, so that a step “Further stage” can ask others about the same "
        "request. Where none does, it is approved once the run has ended well, and taken back where the run fails",
        title="Further stages may follow",
        default=False,
    )
