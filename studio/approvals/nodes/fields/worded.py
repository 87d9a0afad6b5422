"""What whoever decides is shown, and who is told."""

from studio.contract.node import NodeConfig, help_


class Fact(NodeConfig):
    """One line on the decision page."""

    label: str = help_("What people read on the left", example="Order", max_length=60)
    value: str = help_("What stands there", template=True, example="{{ trigger.name }}", max_length=2000)


class Worded(NodeConfig):
    """What whoever decides is shown, and who is told."""

    facts: list[Fact] = help_("What whoever decides needs to see", default=[], max_length=20, title="Facts")
    instructions: str = help_(
        "How to decide: what to look at, what the house rule is",
        default="",
        template=True,
        widget="textarea",
        max_length=4000,
    )
    requester: str = help_(
        "E-mail address of whoever asks for it: is told the outcome and must not decide",
        default="",
        template=True,
        example="{{ trigger.requested_by }}",
        max_length=254,
    )
    amount: str = help_(
        "The money that goes through this approval",
        default="",
        template=True,
        widget="money",
        example="{{ trigger.amount }}",
        max_length=40,
    )
    currency: str = help_("Its currency; empty: the workspace's", default="", template=True, max_length=3)
