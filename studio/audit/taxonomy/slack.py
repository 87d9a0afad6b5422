"""Slack as a channel for approvals, and whose account is whose."""

from studio.audit.registry import Action, Metadata, Redaction


class Channel(Metadata):
    channel: str
    """Its name or id, or the host of a webhook."""


class ChannelSet(Channel):
    mode: str
    """`bot` or `webhook`."""
    every: bool
    """Whether every approval is posted whose step does not say otherwise."""
    secrets_replaced: bool
    changed: bool
    """Whether anything beside the secrets is not as it was."""


class Member(Metadata):
    member_id: str
    """As Slack names the account."""


SLACK_CHANNEL_SET = Action(
    "slack.channel_set",
    "Somebody set where approvals are posted in Slack, field by field; of the secrets only that they were replaced.",
    sentence="{actor} set up Slack to post approvals in {channel}",
    metadata=ChannelSet,
    example={"channel": "#approvals", "mode": "bot", "every": True, "secrets_replaced": True, "changed": True},
    severity="notice",
    ocsf=3004,
)
SLACK_CHANNEL_REMOVED = Action(
    "slack.channel_removed",
    "Somebody stopped posting approvals in Slack; the secrets are gone.",
    sentence="{actor} stopped posting approvals in {channel}",
    metadata=Channel,
    example={"channel": "#approvals"},
    severity="notice",
    ocsf=3004,
)
SLACK_MEMBER_VERIFIED = Action(
    "slack.member_verified",
    "Somebody showed that a Slack account is theirs: its buttons decide in their name.",
    sentence="{actor} connected the Slack account {member_id}",
    metadata=Member,
    redactions=(Redaction("metadata.member_id", "personal", "reference"),),
    example={"member_id": "U024BE7LH"},
    severity="notice",
    ocsf=3001,
)
SLACK_MEMBER_REMOVED = Action(
    "slack.member_removed",
    "A Slack account was disconnected: its buttons decide nothing any more.",
    sentence="{actor} disconnected the Slack account {member_id} of {target}",
    metadata=Member,
    redactions=(Redaction("metadata.member_id", "personal", "reference"),),
    example={"member_id": "U024BE7LH"},
    severity="notice",
    ocsf=3001,
)
