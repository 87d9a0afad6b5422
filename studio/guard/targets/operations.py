"""Everything in a workspace, stopped and started again."""

from studio.contract.protecting import Target

STOP = Target(
    "workspace.stop",
    "Stop everything",
    "Nothing in the workspace goes out any more: runs are parked, events held or refused. Whoever does it proves who "
    "they are in any case; people who have to agree first cost time that an incident may not leave.",
    steps=False,
)
START = Target(
    "workspace.start",
    "Let everything go on",
    "What was stopped runs again, and what has gathered goes on. Whoever does it proves who they are in any case.",
    steps=False,
)
