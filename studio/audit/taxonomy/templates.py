"""A workspace's own templates of workflows."""

from studio.audit.registry import Action, Metadata


class TemplateVersion(Metadata):
    version: int
    """The template's number, from 1."""
    source: str | None = None
    """`workflow:<id>`, or `file`."""


class TemplateKept(Metadata):
    version: int
    """The newest one."""


class TemplateFollowed(Metadata):
    template: str
    """The template's name in addresses."""
    version: int | None = None
    """Its number; None: a template of Studio's own."""


TEMPLATE_PUBLISHED = Action(
    "template.published",
    "Somebody saved a workflow, or a file, as a template of the workspace, or as a new version of one.",
    sentence="{actor} published version {version} of the template “{target}”",
    metadata=TemplateVersion,
    example={"version": 2, "source": "workflow:019a0000-0000-7000-8000-000000000000"},
)
TEMPLATE_ARCHIVED = Action(
    "template.archived",
    "A template of the workspace is no longer offered. Workflows made of it stay.",
    sentence="{actor} archived the template “{target}”",
    metadata=TemplateKept,
    example={"version": 2},
    severity="notice",
)
TEMPLATE_BROUGHT_BACK = Action(
    "template.brought_back",
    "An archived template of the workspace is offered again.",
    sentence="{actor} brought the template “{target}” back",
    metadata=TemplateKept,
    example={"version": 2},
)
TEMPLATE_TAKEN = Action(
    "template.update_taken",
    "What a newer version of a template changes was taken into the draft of a workflow made of it.",
    sentence="{actor} took what is new in its template into the draft of “{target}”",
    metadata=TemplateFollowed,
    example={"template": "high-value-refunds"},
)
TEMPLATE_SKIPPED = Action(
    "template.update_skipped",
    "A newer version of a template was passed over for a workflow made of it.",
    sentence="{actor} passed over what is new in the template of “{target}”",
    metadata=TemplateFollowed,
    example={"template": "high-value-refunds"},
)
