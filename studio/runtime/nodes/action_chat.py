"""A message into a channel, by an incoming webhook as Slack has it."""

from collections.abc import Mapping
from typing import Any

import orjson

from studio.contract.node import Context, Effect, Kind, NodeConfig, NodeType, help_
from studio.contract.results import Done, Fail, Outcome
from studio.core.errors import InvalidInput
from studio.core.http import HttpError, HttpRequest
from studio.core.i18n import gettext as _
from studio.core.web_address import split
from studio.runtime.http_call import answers, requests

_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""The three by which a name such as <!channel> would wake everybody up."""
MOST_BYTES = 64 * 1024
"""Of an answer; it is the word ok."""


class ChatFact(NodeConfig):
    """One line below the text."""

    label: str = help_("What it is.", title="Label", template=True, example="Order", min_length=1, max_length=100)
    value: str = help_("Its value.", title="Value", template=True, example="{{ trigger.order.id }}", max_length=1_000)


class ChatMessage(NodeType):
    """Post a message to a channel of Slack, Mattermost, Rocket.Chat, or whatever takes Slack's incoming webhooks.

    Values that come from elsewhere mention nobody and hide no links. Where nobody knows whether a message arrived, it
    is posted again.
    """

    key = "action.chat"
    kind = Kind.ACTION
    effect = Effect.OUTSIDE
    keyed = True  # twice is better than a run that waits for somebody to look whether it came
    title = "Post to a channel"
    icon = "bell"
    sample = {"status": 200}
    output_schema = {
        "type": "object",
        "properties": {"status": {"type": "integer", "examples": [200]}},
        "required": ["status"],
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        secret: str = help_(
            "Name of the secret that holds the webhook's address. Whoever has that address can post, so it is kept as "
            "a secret, bound to its host.",
            title="Webhook",
            example="team-channel",
            widget="secret",
            min_length=1,
            max_length=120,
        )
        text: str = help_(
            "*bold* and _italic_ as Slack writes them.",
            title="Text",
            template=True,
            widget="textarea",
            example="A large order: *{{ trigger.order.id }}*",
            min_length=1,
            max_length=4_000,
        )
        facts: list[ChatFact] = help_(
            "Each is a line of its own.",
            title="Facts",
            default=[],
            example=[{"label": "Order", "value": "{{ trigger.order.id }}"}],
            max_length=20,
        )
        link: str = help_(
            "Below the text, with http or https. Empty: none.",
            title="Link",
            default="",
            template=True,
            example="https://shop.example.com/orders/{{ trigger.order.id }}",
            max_length=2_000,
        )
        link_text: str = help_(
            "What people read of it.", title="Words of the link", default="", template=True, example="Look at it",
            max_length=100,
        )  # fmt: skip

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return str(config.get("text") or "").split("\n", 1)[0][:60]

    def start(self, ctx: Context, config: Config) -> Outcome:
        url = _address(ctx, config.secret)
        body = orjson.dumps({"text": _text(config)})
        headers = {"content-type": "application/json"}
        timeout_s = ctx.timeout_s or requests.TIMEOUT_S
        request = HttpRequest("POST", url, headers, body, timeout_s=timeout_s, max_bytes=MOST_BYTES)
        try:
            response = ctx.ports.http.send(request)
        except HttpError as error:
            return answers.not_answered(request, error)
        outcome = answers.outcome(request, response, ctx.now)
        return Done({"status": response.status}, note=outcome.note) if isinstance(outcome, Done) else outcome

    def simulate(self, ctx: Context, config: Any) -> Outcome:
        """The text that would be posted, once its fields fit."""
        try:
            words = _text(config)
        except InvalidInput as error:
            return Fail(error.code, error.message, field=error.field)
        return Done(self.sample, note=_("Simulated: %(text)s", text=words[:200]))


def _address(ctx: Context, name: str) -> str:
    """Looked at before it is known where it goes; then asked for again, for that host alone."""
    purpose = _("message of the step “%(name)s”", name=ctx.node_name)
    url = ctx.ports.secrets.reveal(ctx.run.workspace_id, name, purpose=purpose, host=None).strip()
    ctx.redact(url)
    parts = split(url)
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or any(one in url for one in " \r\n\t\0")
    ):
        said = _("The secret %(name)s holds no web address. Copy the webhook's address into it.", name=name)
        raise InvalidInput(said, code="chat.address", field="config.secret")
    if len(parts.path) > 8:  # a shorter one is no secret, and would be hidden in every address
        ctx.redact(parts.path)
    return ctx.ports.secrets.reveal(ctx.run.workspace_id, name, purpose=purpose, host=parts.hostname).strip()


def _text(config: ChatMessage.Config) -> str:
    lines = [_plain(config.text), *(f"*{_line(one.label)}:* {_line(one.value)}" for one in config.facts)]
    if link := config.link.strip():
        parts = split(link)
        if parts is None or parts.scheme not in ("http", "https") or any(one in link for one in "<>| \r\n"):
            said = _("“%(url)s” is no web address. It begins with https:// and names a host.", url=link[:200])
            raise InvalidInput(said, code="chat.link", field="config.link")
        words = _line(config.link_text).replace("|", "/")
        lines.append(f"<{link}|{words}>" if words else f"<{link}>")
    return "\n".join(lines)


def _plain(text: str) -> str:
    return text.translate(_ESCAPED)


def _line(text: str) -> str:
    return " ".join(_plain(text).split())
