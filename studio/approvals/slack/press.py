"""A press of a button, as Slack tells of it: a form field `payload` of JSON. Text in, a press out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from pydantic_core import from_json

from studio.approvals.limits import REMARK
from studio.approvals.slack.blocks import REASON_BLOCK


class NoPress(ValueError):
    """What came is no press of a button as Slack describes it."""


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed what, where."""

    member_id: str
    team_id: str
    action: str
    value: str
    reason: str
    """What was typed into the message beside the buttons."""
    response_url: str
    channel: str
    ts: str
    """Slack's name of the message; empty where it is ephemeral."""


def read(body: bytes) -> Press | None:
    """The press in a form; None: another interaction, of which there is nothing to do. Raises NoPress."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=10, strict_parsing=True)
        said = from_json(fields["payload"][0])
    except (UnicodeDecodeError, ValueError, KeyError) as error:
        raise NoPress from error
    if not isinstance(said, dict):
        raise NoPress
    if said.get("type") != "block_actions":
        return None
    actions = said.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(action, dict):
        raise NoPress
    user, where = _inner(said, "user"), _inner(said, "container")
    return Press(
        member_id=_text(user, "id"),
        team_id=_text(_inner(said, "team"), "id") or _text(user, "team_id"),
        action=_text(action, "action_id"),
        value=_text(action, "value"),
        reason=_reason(said),
        response_url=_text(said, "response_url"),
        channel=_text(where, "channel_id"),
        ts=_text(where, "message_ts"),
    )


def target(value: str) -> tuple[UUID, str] | None:
    """The request and what was shown of it, as a button carries them; None for anything else."""
    name, _dot, shown = value.partition(".")
    try:
        return UUID(name), shown
    except ValueError:
        return None


def _reason(said: Mapping[str, Any]) -> str:
    values = _inner(_inner(said, "state"), "values")
    return _text(_inner(_inner(values, REASON_BLOCK), REASON_BLOCK), "value")


def _inner(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value[:REMARK] if isinstance(value, str) else ""
