"""What an event says of people lies beside the chain; the record holds a salted reference to it. Pure.

The reference proves that what lies there is what was recorded. Once it is erased, and its salt with it, nothing can be
guessed from the reference, and the chain still fits.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from studio.audit.canonical import written
from studio.core import rng
from studio.core.actor import Actor, ActorType

ERASED = "[erased]"
"""Stands where something was that is erased by now."""

MODE = "reference"
_PEOPLE = frozenset({ActorType.USER, ActorType.APPROVER, ActorType.API_TOKEN, ActorType.SUPPORT})
_NOBODY = "anonymous"
_LONGEST_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class Aside:
    """One value that lies beside the chain."""

    path: str
    """Where it belongs in the event, such as `actor.name` or `targets.0.name`."""
    subject: str
    """Whose it is or what it is about, such as `user:<id>`: what an erasure names."""
    salt: bytes
    value: str
    """In canonical JSON."""
    search: str
    """Its text in lower case."""


def subject_of(kind: str, id_: object) -> str:
    """What erasures call a person or a thing."""
    return f"{kind}:{id_}".replace("\0", "")[:_LONGEST_SUBJECT]


def of_actor(actor: Actor) -> dict[str, str]:
    """Paths of what an event says of who acted, with whose it is."""
    subject = subject_of("user", actor.user_id or actor.id)
    paths = {"context.ip": subject, "context.user_agent": subject}
    if actor.type in _PEOPLE and actor.id != _NOBODY:
        paths |= {"actor.name": subject, "actor.on_behalf_of": subject}
    return paths


def set_aside(parts: dict[str, Any], subjects: Mapping[str, str]) -> tuple[Aside, ...]:
    """Put references in the place of an event's personal values, and note that; returns the values."""
    asides = []
    for path, subject in subjects.items():
        holder, key = _place(parts, path)
        if holder[key] in (None, ""):
            continue
        value = written(holder[key]).decode()
        found = _folded(holder[key]) if isinstance(holder[key], str) else searched(value)
        aside = Aside(path, subject, rng.secret_bytes(), value, found)
        holder[key] = {"ref": reference(aside.path, aside.salt, aside.value)}
        parts["redactions"].append({"path": path, "rule": "personal", "mode": MODE})
        asides.append(aside)
    return tuple(asides)


def reference(path: str, salt: bytes, value: str) -> str:
    """HMAC-SHA256 in hex over the place and the value, keyed by the salt."""
    return hmac.digest(salt, f"{path}\n{value}".encode(), "sha256").hex()


def references(event: Mapping[str, Any]) -> dict[str, str]:
    """Every path of an event that holds a reference, with the reference."""
    paths = [one["path"] for one in event["redactions"] if one["mode"] == MODE]
    return {path: holder[key]["ref"] for path in paths for holder, key in [_place(event, path)]}


def count(event: Mapping[str, Any]) -> int:
    """How many references an event holds."""
    return sum(one["mode"] == MODE for one in event["redactions"])


def resolved(event: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """The event with what lies beside it, by path, in its place. Changes it in place."""
    for one in event["redactions"]:
        if one["mode"] != MODE:
            continue
        path = one["path"]
        holder, key = _place(event, path)
        holder[key] = orjson.loads(values[path]) if path in values else ERASED
    return event


def searched(value: str) -> str:
    """The text of a value that searches look through."""
    return _folded(" ".join(_texts(orjson.loads(value))))


def _folded(text: str) -> str:
    return text.lower().replace("\0", "")


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
    elif value is not None:
        yield str(value)


def _place(event: Any, path: str) -> tuple[Any, Any]:
    """The container that a path ends in, and the last step."""
    *way, last = _steps(path)
    for step in way:
        event = event[step]
    return event, last


@lru_cache(maxsize=4_096)
def _steps(path: str) -> tuple[str | int, ...]:
    """Events have few different paths."""
    return tuple(int(step) if step.isdigit() else step for step in path.split("."))
