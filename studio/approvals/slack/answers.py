"""What Slack's answer to a call means: it got there, come again, or never. Facts in, verdict out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic_core import from_json

TRANSIENT = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited",
     "rollup_error", "team_added_to_org"}
)  # fmt: skip
"""Of Slack's error codes, those after which another try may end differently."""
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"})
"""Codes that say that a message cannot be changed any more."""
UNSAID_S = 30.0
"""How long to wait where Slack is asked too often and does not say how long."""


class Fate(StrEnum):
    """What became of a call."""

    SENT = "sent"
    AGAIN = "again"
    GONE = "gone"
    """The message that was to be changed is not there any more."""
    REFUSED = "refused"
    """It never gets there as it is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a call, and in which words."""

    fate: Fate
    code: str = ""
    """Slack's own word for it."""
    wait_s: float = 0.0
    channel: str | None = None
    ts: str | None = None
    team_id: str | None = None


def of_api(status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
    """The answer of a method such as `chat.postMessage`: JSON, whose `ok` counts more than the status."""
    limited = _limited(status, headers)
    if limited is not None:
        return limited
    said = _json(body)
    if status >= 500 or said is None:
        return Verdict(Fate.AGAIN if status >= 500 or status < 400 else Fate.REFUSED, f"http_{status}")
    if said.get("ok") is True:
        return Verdict(Fate.SENT, channel=_text(said, "channel"), ts=_text(said, "ts"), team_id=_text(said, "team_id"))
    code = _text(said, "error") or f"http_{status}"
    if code in TRANSIENT:
        return Verdict(Fate.AGAIN, code)
    return Verdict(Fate.GONE if code in GONE else Fate.REFUSED, code)


def of_address(status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
    """The answer of an incoming webhook or a `response_url`: the status, and a word in plain text or JSON."""
    limited = _limited(status, headers)
    if limited is not None:
        return limited
    if 200 <= status < 300:
        return Verdict(Fate.SENT)
    said = _json(body)
    word = (_text(said, "error") if said is not None else None) or body[:80].decode("utf-8", "replace").strip()
    code = word if word and word.replace("_", "").isalnum() else f"http_{status}"
    return Verdict(Fate.AGAIN if status >= 500 or status == 408 or code in TRANSIENT else Fate.REFUSED, code)


def _limited(status: int, headers: Mapping[str, str]) -> Verdict | None:
    if status != 429:
        return None
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    known = said.isascii() and said.strip().isdigit() and len(said) < 8
    return Verdict(Fate.AGAIN, "ratelimited", wait_s=float(said) if known else UNSAID_S)


def _json(body: bytes) -> Mapping[str, object] | None:
    try:
        said = from_json(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _text(said: Mapping[str, object], name: str) -> str | None:
    value = said.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= 100 else None
