"""Where else it is told of."""

from enum import StrEnum

from studio.contract.node import NodeConfig, help_


class InSlack(StrEnum):
    """Whether a message in Slack tells of it."""

    AS_SET = "as_the_workspace_has_set"
    YES = "post_it"
    NO = "do_not_post_it"

    @property
    def wanted(self) -> bool | None:
        """As the port says it: None leaves it to the workspace."""
        return {InSlack.AS_SET: None, InSlack.YES: True, InSlack.NO: False}[self]


class Posted(NodeConfig):
    """Where else it is told of."""

    slack: InSlack = help_(
        "Post it to the channel that is set up in Settings, where people may decide as well; everybody in the channel "
        "reads it. Without a channel nothing is posted",
        title="In Slack",
        default=InSlack.AS_SET,
    )
