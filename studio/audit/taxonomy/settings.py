"""Settings of a workspace."""

from studio.audit.registry import Action, Metadata, Redaction


class TestMail(Metadata):
    to: str


MAIL_TESTED = Action(
    "mail.tested",
    "Somebody sent a test mail.",
    sentence="{actor} sent a test mail",
    metadata=TestMail,
    example={"to": "[redacted]"},
    redactions=(Redaction("metadata.to", "personal"),),
    ocsf=6003,
)
