"""Alerts: who was on them, who said that they are over, and who changed whom they tell."""

from studio.audit.registry import Action, Metadata


class Answered(Metadata):
    channel: str
    """Where it was said: `page`, `mail_link`, `api`, `slack`, `workflow`."""


ALERT_ACKNOWLEDGED = Action(
    "alert.acknowledged",
    "Somebody is on an alert: nobody else is told of it.",
    sentence="{actor} is on the alert about {target}",
    metadata=Answered,
    example={"channel": "mail_link"},
)
ALERT_RESOLVED = Action(
    "alert.resolved",
    "Somebody said that an alert is over.",
    sentence="{actor} said that the alert about {target} is over",
    metadata=Answered,
    example={"channel": "mail_link"},
)
ALERT_RULES_CHANGED = Action(
    "alert_rules.changed",
    "Whom alerts are told, when, and of what, was changed.",
    sentence="{actor} changed whom alerts are told",
    severity="notice",
)
