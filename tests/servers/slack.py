"""Slack as its published contract says: methods, incoming webhooks, response addresses, limits of blocks, presses.

Strict where Slack is: a block that does not fit is refused with `invalid_blocks`, a token that is not known with
`invalid_auth`, and every press is signed as `v0`.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.servers.http_target import Answer, HttpTarget, Request

TOKEN = "xoxb-2401-the-bot-of-the-tests"
SIGNING = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, CHANNEL = "T0MERCHANT", "C0APPROVALS"
WEBHOOK = f"/services/{TEAM}/B01/abcdefghijklmnop"
_CHANNELS = {"#approvals": CHANNEL, CHANNEL: CHANNEL}


@dataclass
class Posted:
    """One message as people see it."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    edits: int = 0

    def words(self) -> str:
        """All that stands in it."""
        return json.dumps(self.blocks, ensure_ascii=False)

    def actions(self) -> dict[str, dict[str, Any]]:
        """Its buttons by their action."""
        found = [one for block in self.blocks if block["type"] == "actions" for one in block["elements"]]
        return {one["action_id"]: one for one in found}


@dataclass
class Whisper:
    """What one person alone reads."""

    hook: str
    text: str


@dataclass(eq=False)
class Slack(HttpTarget):
    """The server. What is not scripted is answered as Slack would."""

    port: int
    messages: list[Posted] = field(default_factory=list)
    whispers: list[Whisper] = field(default_factory=list)
    hooks: dict[str, Posted] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.port)

    @property
    def api(self) -> str:
        return f"{self.url}/api"

    def take(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            if self._next:
                return self._next.pop(0)
        if request.path.startswith("/api/"):
            return self._method(request)
        if request.path == WEBHOOK:
            return self._webhook(request)
        if request.path in self.hooks:
            return self._response(request)
        return Answer(404, body=b"no_service")

    def press(
        self, message: Posted, action: str, member: str, *, reason: str | None = None, at: int | None = None,
        team: str = TEAM, signing: str = SIGNING, hook: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """What Slack sends when somebody presses a button: keyword arguments for the test client's post."""
        button = message.actions()[action]
        address = hook or f"/actions/{len(self.hooks)}/{action}"
        self.hooks[address] = message
        values = {block["block_id"]: {block["element"]["action_id"]: {"type": "plain_text_input", "value": reason}}
                  for block in message.blocks if block["type"] == "input"}  # fmt: skip
        payload = {
            "type": "block_actions",
            "user": {"id": member, "username": "somebody", "team_id": team},
            "api_app_id": "A01",
            "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
            "trigger_id": "12.34.ab",
            "team": {"id": team, "domain": "merchant"},
            "channel": {"id": message.channel, "name": "approvals"},
            "state": {"values": values},
            "response_url": f"{self.url}{address}",
            "actions": [{**button, "block_id": "studio.actions", "action_ts": "1.2"}],
        }
        return signed(urlencode({"payload": json.dumps(payload)}).encode(), at=at, signing=signing)

    def _method(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _json({"ok": False, "error": "invalid_auth"})
        name = request.path.removeprefix("/api/")
        if name == "auth.test":
            return _json({"ok": True, "team_id": TEAM, "user_id": "UBOT", "url": "https://merchant.slack.com/"})
        body = request.json()
        wrong = problems(body)
        if wrong:
            return _json({"ok": False, "error": "invalid_blocks", "errors": wrong})
        return self._update(body) if name == "chat.update" else self._message(name, body)

    def _message(self, name: str, body: Mapping[str, Any]) -> Answer:
        if name != "chat.postMessage":
            return _json({"ok": False, "error": "unknown_method"})
        channel = _CHANNELS.get(body["channel"]) or (f"D{body['channel'][1:]}" if body["channel"][0] in "UW" else None)
        if channel is None:
            return _json({"ok": False, "error": "channel_not_found"})
        return _json({"ok": True, "channel": channel, "ts": self._post(channel, body).ts})

    def _update(self, body: Mapping[str, Any]) -> Answer:
        found = [one for one in self.messages if (one.channel, one.ts) == (body["channel"], body["ts"])]
        if not found:
            return _json({"ok": False, "error": "message_not_found"})
        _edit(found[0], body)
        return _json({"ok": True, "channel": found[0].channel, "ts": found[0].ts, "text": found[0].text})

    def _webhook(self, request: Request) -> Answer:
        body = request.json()
        if problems(body):
            return Answer(400, body=b"invalid_blocks")
        self._post(CHANNEL, body)
        return Answer(200, {"Content-Type": "text/html"}, b"ok")

    def _response(self, request: Request) -> Answer:
        body = request.json()
        if body.get("replace_original"):
            if problems(body):
                return Answer(400, body=b"invalid_blocks")
            _edit(self.hooks[request.path], body)
        else:
            assert body["response_type"] == "ephemeral"
            self.whispers.append(Whisper(request.path, body["text"]))
        return Answer(200, body=b"ok")

    def _post(self, channel: str, body: Mapping[str, Any]) -> Posted:
        with self._lock:
            made = Posted(channel, f"1700000000.{len(self.messages):06}", body["text"], body.get("blocks", []))
            self.messages.append(made)
        return made


def signed(body: bytes, *, at: int | None = None, signing: str = SIGNING) -> dict[str, Any]:
    """A body as Slack signs it, for the test client's post."""
    stamp = str(int(time.time()) if at is None else at)
    mac = hmac.new(signing.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "data": body,
        "content_type": "application/x-www-form-urlencoded",
        "headers": {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mac}"},
    }


def problems(message: Mapping[str, Any]) -> list[str]:
    """What Slack would refuse about a message; empty: nothing."""
    wrong = [] if 0 < len(message.get("text", "")) <= 40_000 else ["text"]
    blocks = message.get("blocks", [])
    wrong += [] if "blocks" not in message or 0 < len(blocks) <= 50 else ["blocks"]
    names = [block["block_id"] for block in blocks if "block_id" in block]
    wrong += [] if len(names) == len(set(names)) else ["block_id twice"]
    for number, block in enumerate(blocks):
        wrong += [f"blocks/{number}/{one}" for one in _block(block)]
    return wrong


def _block(block: Mapping[str, Any]) -> list[str]:
    match block["type"]:
        case "header":
            return _text(block["text"], 150, kinds=("plain_text",))
        case "section":
            fields = block.get("fields", [])
            wrong = [] if ("text" in block or fields) and len(fields) <= 10 else ["section"]
            wrong += _text(block["text"], 3_000) if "text" in block else []
            return wrong + [one for item in fields for one in _text(item, 2_000)]
        case "context":
            elements = block["elements"]
            wrong = [] if 0 < len(elements) <= 10 else ["elements"]
            return wrong + [one for item in elements for one in _text(item, 3_000)]
        case "input":
            element = block["element"]
            fits = element["type"] == "plain_text_input" and 1 <= element.get("max_length", 3_000) <= 3_000
            return ([] if fits else ["element"]) + _text(block["label"], 2_000, kinds=("plain_text",))
        case "actions":
            elements = block["elements"]
            actions = [item["action_id"] for item in elements]
            wrong = [] if 0 < len(elements) <= 25 and len(actions) == len(set(actions)) else ["elements"]
            return wrong + [one for item in elements for one in _button(item)]
    return [f"type {block['type']}"]


def _button(item: Mapping[str, Any]) -> list[str]:
    wrong = _text(item["text"], 75, kinds=("plain_text",))
    fits = (
        item["type"] == "button"
        and 0 < len(item["action_id"]) <= 255
        and len(item.get("value", "")) <= 2_000
        and len(item.get("url", "")) <= 3_000
        and item.get("style") in (None, "primary", "danger")
    )
    return wrong + ([] if fits else ["button"])


def _text(item: Mapping[str, Any], limit: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> list[str]:
    allowed = {"type", "text", "emoji"} if item["type"] == "plain_text" else {"type", "text", "verbatim"}
    fits = item["type"] in kinds and set(item) <= allowed and 0 < len(item["text"]) <= limit
    return [] if fits else [f"text of {len(item['text'])}"]


def _edit(message: Posted, body: Mapping[str, Any]) -> None:
    message.text, message.blocks, message.edits = body["text"], body["blocks"], message.edits + 1


def _json(body: Mapping[str, Any]) -> Answer:
    return Answer(200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(body).encode())
