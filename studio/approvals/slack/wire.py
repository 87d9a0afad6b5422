"""Calling Slack: methods of its API, incoming webhooks, and the address that comes with a press."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from studio.approvals.slack.answers import Fate, Verdict, of_address, of_api
from studio.approvals.slack.blocks import Message
from studio.contract.ports import Http
from studio.core.crypto import Secret
from studio.core.http import HttpError, HttpRequest

TIMEOUT_S = 10.0
RESPONSES = "hooks.slack.com"
"""Where Slack's own `response_url`s lead."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a workspace's messages go."""

    mode: str
    channel: str
    secret: Secret
    """The bot's token, or the webhook's address."""


@dataclass(frozen=True, slots=True)
class Slack:
    """Slack, or what speaks as it does. Never raises for what the other side says: that is a verdict."""

    http: Http
    api: str
    """Address of the methods, such as https://slack.com/api."""

    def who(self, target: Target) -> Verdict:
        """Whose token it is (`auth.test`)."""
        return self._method("auth.test", target.secret, {})

    def post(self, target: Target, message: Message, *, to: str | None = None) -> Verdict:
        """A new message in the channel, or to one member (`to`), which only a bot can do."""
        body = _body(message)
        if target.mode == "webhook":
            return self._address(target.secret.reveal(), body)
        return self._method("chat.postMessage", target.secret, body | {"channel": to or target.channel})

    def update(self, target: Target, channel: str, ts: str, message: Message) -> Verdict:
        """Another content for a message that a bot has posted."""
        return self._method("chat.update", target.secret, _body(message) | {"channel": channel, "ts": ts})

    def whisper(self, url: str, text: str) -> Verdict:
        """A sentence that only whoever pressed reads."""
        return self._address(url, {"response_type": "ephemeral", "replace_original": False, "text": text})

    def replace(self, url: str, message: Message) -> Verdict:
        """Another content for the message whose button was pressed."""
        return self._address(url, _body(message) | {"replace_original": True})

    def answers_to(self, url: str, target: Target) -> bool:
        """Whether a `response_url` leads to where Slack's do: what is signed is believed, yet not followed anywhere."""
        parts = urlsplit(url)
        own = [urlsplit(self.api)]
        if target.mode == "webhook":
            own.append(urlsplit(target.secret.reveal()))
        known = {("https", RESPONSES), *((one.scheme, one.netloc) for one in own)}
        return (parts.scheme, parts.netloc) in known

    def _method(self, name: str, token: Secret, body: Mapping[str, Any]) -> Verdict:
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        sent = self._send(f"{self.api}/{name}", body, headers)
        return sent if isinstance(sent, Verdict) else of_api(*sent)

    def _address(self, url: str, body: Mapping[str, Any]) -> Verdict:
        sent = self._send(url, body, {})
        return sent if isinstance(sent, Verdict) else of_address(*sent)

    def _send(
        self, url: str, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes] | Verdict:
        whole = {"Content-Type": "application/json; charset=utf-8", **headers}
        try:
            answer = self.http.send(HttpRequest("POST", url, whole, orjson.dumps(body), TIMEOUT_S, 262_144))
        except HttpError as error:
            return Verdict(Fate.AGAIN if error.retryable else Fate.REFUSED, error.code)
        return answer.status, answer.headers, answer.body


def _body(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": message.blocks}
