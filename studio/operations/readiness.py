"""Whether a web process should be sent requests: ready, degraded (it works, something beside it is away), or not.

The policy is here and pure; what is asked of database, Redis and mail server is in probing.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from studio.core.migrate import Standing


class State(StrEnum):
    """Of a part, or of all."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a process stands on. `detail`: a few words, which everybody may read: no hosts, no names."""

    state: State
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was asked. None: not used here, or it could not be asked since the database is away."""

    draining: bool
    database: bool
    schema: Standing | None
    redis: bool | None
    mail: bool | None
    swept: bool | None
    """Somebody turns the timers."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """All parts by name."""

    parts: Mapping[str, Part]

    @property
    def state(self) -> State:
        """The worst of its parts: draining, down, degraded, ok."""
        states = {part.state for part in self.parts.values()}
        return next((one for one in (State.DRAINING, State.DOWN, State.DEGRADED) if one in states), State.OK)

    @property
    def status(self) -> int:
        """HTTP's: a balancer sends requests as long as it is 200."""
        return 200 if self.state in (State.OK, State.DEGRADED) else 503

    def as_json(self) -> dict[str, Any]:
        """{status, parts: {name: {status, detail?}}}."""
        parts = {
            name: {"status": part.state} | ({"detail": part.detail} if part.detail else {})
            for name, part in self.parts.items()
        }
        return {"status": self.state, "parts": parts}


def judge(facts: Facts) -> Readiness:
    """Down is what this process cannot work without: its database, in the schema of its code."""
    parts = {"process": Part(State.DRAINING, "told to stop") if facts.draining else Part(State.OK)}
    parts["database"] = Part(State.OK) if facts.database else Part(State.DOWN, "does not answer")
    if facts.schema is not None:
        parts["schema"] = _schema(facts.schema)
    if facts.redis is not None:
        parts["redis"] = _beside(up=facts.redis, otherwise="does not answer; work goes on by sweeps")
    if facts.mail is not None:
        parts["mail"] = _beside(up=facts.mail, otherwise="does not answer; mails wait and are sent later")
    if facts.swept is not None:
        parts["workers"] = _beside(up=facts.swept, otherwise="none turns the timers; runs are taken in and wait")
    return Readiness(parts)


def _schema(standing: Standing) -> Part:
    if standing.behind:
        return Part(State.DOWN, "migrations are missing: studio migrate")
    return Part(State.OK, "newer than this code: a deploy is under way" if standing.missing is None else "")


def _beside(*, up: bool, otherwise: str) -> Part:
    return Part(State.OK) if up else Part(State.DEGRADED, otherwise)
