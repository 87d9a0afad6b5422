"""What changes how the shop runs, and what leaves it."""

from studio.contract.protecting import Fact, Target

PUBLISH = Target(
    "workflow.publish",
    "Workflow publish",
    "Another version of a workflow starts to run.",
    facts=(
        Fact("workflow", "text", "Workflow", "Refunds"),
        Fact("steps", "number", "Steps", 12),
        Fact("protects", "text", "Protected actions in it, separated by blanks", "refund.make"),
    ),
    steps=False,
)
FLAG = Target(
    "flag.rollout",
    "Flag rollout to production",
    "A feature flag is turned on or off, or its share changed, in production.",
    facts=(
        Fact("flag", "text", "Flag", "new-checkout"),
        Fact("environment", "text", "Environment", "production"),
        Fact("percent", "percent", "Share in per cent", 25),
    ),
)
EXPORT = Target(
    "data.export",
    "Data export",
    "Records of the workspace leave it as a file.",
    facts=(Fact("what", "text", "What", "audit trail"),),
    steps=False,
)
AUDIT_EXPORT = Target(
    "audit_export.change",
    "Audit export change",
    "Where audit events go, and what is left of them, changes: pipelines are saved or removed, a destination is paused "
    "or sent everything again, dead letters are dropped.",
    facts=(
        Fact("do", "text", "What is done: save, remove, pause, replay, drop", "save"),
        Fact("destinations", "number", "Destinations that there will be", 2),
    ),
    steps=False,
)
MATRIX = Target(
    "approval_matrix.publish",
    "Approval matrix publish",
    "Who decides changes for all that asks by a matrix: another version of it starts to hold.",
    facts=(
        Fact("matrix", "text", "Matrix", "Refunds"),
        Fact("rows", "number", "Rows", 12),
        Fact("changes", "number", "Differences to the version before", 3),
    ),
    steps=False,
)
