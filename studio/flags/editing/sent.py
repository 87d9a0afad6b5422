"""What a form of rules sends, read into Unleash's form. Pure.

Fields are named by place: `s.0.name`, `s.0.c.1.values`, `v.2.weight`. What the form does not show of a strategy
travels in `s.0.kept`, so that editing loses nothing. Nothing is judged here: that is done where it is saved.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from studio.flags.editing.operators import LISTED, SINGLE
from studio.flags.outcomes import Kind

Sent = Mapping[str, str]
_SEPARATORS = re.compile(r"[,\n]")
_MOST = 100
"""Rows of one kind that a form may have: what is saved is bounded more tightly."""


def setting(sent: Sent, kind: Kind) -> dict[str, Any]:
    """The setting that was sent: `{enabled, strategies, variants}`."""
    return {
        "enabled": sent.get("enabled") == "1",
        "strategies": [_strategy(sent, start) for start in rows(sent, "s")],
        "variants": variants(sent, kind),
    }


def constraints(sent: Sent, start: str = "") -> list[dict[str, Any]]:
    """Conditions below a place; of a segment's form they stand at the top."""
    return [_constraint(sent, row) for row in rows(sent, f"{start}c")]


def variants(sent: Sent, kind: Kind) -> list[dict[str, Any]]:
    """Variants with weights that add up: rows with a share keep it, the others divide the rest evenly."""
    places = list(rows(sent, "v"))
    shares = [_share(sent.get(f"{row}weight", "")) for row in places]
    weights = _weights(shares)
    return [
        {
            **_kept(sent, row),
            "name": sent.get(f"{row}name", "").strip(),
            "weight": weight,
            "weightType": "variable" if share is None else "fix",
            "stickiness": sent.get("v.stickiness", "").strip() or "default",
            **_payload(sent.get(f"{row}value", ""), kind),
        }
        for row, share, weight in zip(places, shares, weights, strict=True)
    ]


def _strategy(sent: Sent, start: str) -> dict[str, Any]:
    kept = _kept(sent, start)
    name = sent.get(f"{start}name", "default")
    found: dict[str, Any] = {
        **kept,
        "name": name,
        "title": sent.get(f"{start}title", "").strip(),
        "disabled": sent.get(f"{start}disabled") == "1",
        "parameters": _parameters(sent, start, name, kept.get("parameters")),
        "constraints": constraints(sent, start),
        "segments": segments(sent, start),
    }
    if not found["title"]:
        del found["title"]
    if not found["disabled"]:
        del found["disabled"]
    return found


def segments(sent: Sent, start: str = "") -> list[int]:
    """Numbers of the segments that were ticked below a place."""
    chosen = re.compile(re.escape(start) + r"segment\.(\d{1,9})\Z")
    return sorted(int(match.group(1)) for key, value in sent.items() if value == "1" and (match := chosen.match(key)))


def _parameters(sent: Sent, start: str, name: str, kept: Any) -> dict[str, str]:
    def text(field: str, otherwise: str = "") -> str:
        return sent.get(f"{start}{field}", "").strip() or otherwise

    if name == "flexibleRollout":
        return {"rollout": text("rollout", "0"), "stickiness": text("stickiness", "default"), "groupId": text("group")}
    if name == "userWithId":
        return {"userIds": ",".join(_list(sent.get(f"{start}users", "")))}
    if name == "remoteAddress":
        return {"IPs": ",".join(_list(sent.get(f"{start}addresses", "")))}
    if name == "applicationHostname":
        return {"hostNames": ",".join(_list(sent.get(f"{start}hosts", "")))}
    return {} if name == "default" or not isinstance(kept, dict) else {key: str(value) for key, value in kept.items()}


def _constraint(sent: Sent, row: str) -> dict[str, Any]:
    operator = sent.get(f"{row}operator", "IN")
    raw = sent.get(f"{row}values", "")
    found: dict[str, Any] = {"contextName": sent.get(f"{row}field", "").strip(), "operator": operator}
    if operator in SINGLE:
        found["value"] = raw.strip()
    else:
        found["values"] = _list(raw)
    if sent.get(f"{row}inverted") == "1":
        found["inverted"] = True
    if operator in LISTED and sent.get(f"{row}case") == "1":
        found["caseInsensitive"] = True
    return found


def _payload(raw: str, kind: Kind) -> dict[str, Any]:
    text = raw.strip() if kind is not Kind.STRING else raw
    if kind is Kind.BOOLEAN and not text:
        return {}
    return {"payload": {"type": "string" if kind is Kind.BOOLEAN else kind.value, "value": text}}


def _share(text: str) -> int | None:
    """Thousandths, of a per cent that somebody typed; what is no number is no share of its own."""
    try:
        return max(0, min(1000, round(float(text.replace(",", ".").rstrip("% ")) * 10)))
    except ValueError:
        return None


def _weights(shares: Sequence[int | None]) -> list[int]:
    left, free = 1000 - sum(share or 0 for share in shares), shares.count(None)
    each, more = divmod(max(0, left), free) if free else (0, 0)
    found = []
    for share in shares:
        if share is None:
            found.append(each + (1 if more > 0 else 0))
            more -= 1
        else:
            found.append(share)
    return found


def rows(sent: Sent, kind: str) -> Iterator[str]:
    """Beginnings of the fields of each row, in order: `s.0.`; places need not be gapless."""
    found = re.compile(re.escape(kind) + r"\.(\d{1,3})\.")
    places = {int(match.group(1)) for key in sent if (match := found.match(key))}
    return (f"{kind}.{place}." for place in sorted(places)[:_MOST])


def _kept(sent: Sent, row: str) -> dict[str, Any]:
    try:
        found = orjson.loads(sent.get(f"{row}kept", "") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _list(raw: str) -> list[str]:
    return list(dict.fromkeys(value for part in _SEPARATORS.split(raw) if (value := part.strip())))
