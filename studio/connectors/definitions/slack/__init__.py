"""Slack: messages, by its Web API. What is proved of it is said in docs/connectors.md."""

from collections.abc import Mapping
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definition import Account, Connector, Field
from studio.connectors.definitions.slack.actions.message import Message
from studio.connectors.definitions.slack.asking import method
from studio.connectors.signing_in import bearer
from studio.core.i18n import marked


def _base_url(settings: Mapping[str, Any]) -> str:
    return str(settings.get("base_url") or "https://slack.com/api").rstrip("/")


def _probe(api: Api) -> Account:
    found = method(api, "auth.test", {}, reads=True)
    return Account(found["team_id"], str(found.get("team") or found["team_id"]))


CONNECTOR = Connector(
    key="slack",
    title=marked("Slack"),
    description=marked("Messages to channels of a Slack workspace."),
    icon="note",
    settings=(
        Field(name="base_url", title=marked("Address"), kind="url", required=False, example="https://slack.com/api",
              help=marked("Empty: Slack itself. Another address only for what speaks as Slack does.")),
    ),
    auths=(
        bearer(
            title=marked("Bot token"),
            help_text=marked(
                "Of your app in Slack, under OAuth & Permissions. It begins with xoxb- and needs the scope chat:write."
            ),
        ),
    ),
    base_url=_base_url,
    probe=_probe,
    actions=(Message,),
    environments=False,
)  # fmt: skip
