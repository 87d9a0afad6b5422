"""The taxonomy as a registry: an entry is the string that is recorded, and carries what it means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from pydantic import ConfigDict

from studio.core.deferred import Deferred

_NAME = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*\Z")
CUSTOM = "custom"
"""The resource of events that workspaces name themselves."""

Severity = Literal["info", "notice", "warning", "critical"]


class Metadata(Deferred):
    """Facts of one kind of event: flat, at most 50 keys, texts of at most 500 characters."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is taken out before the event is hashed."""

    path: str
    """`metadata.<key>` or `changes.<path>`."""
    rule: str
    """Why, in a word: `personal`, `secret`."""
    mode: Literal["mask", "drop", "reference"] = "mask"
    """`reference`: it lies beside the chain, whence it can be erased."""


def beside(*names: str) -> tuple[Redaction, ...]:
    """Metadata that tell of people: they lie beside the chain."""
    return tuple(Redaction(f"metadata.{name}", "personal", "reference") for name in names)


class Action(str):
    """One declared kind of event, named `resource.verb`. Making one registers it."""

    __slots__ = (
        "description",
        "example",
        "metadata",
        "ocsf",
        "redactions",
        "sentence",
        "severity",
        "version",
        "words",
    )

    registry: ClassVar[dict[str, "Action"]] = {}

    version: int
    description: str
    sentence: str
    """For people, over `{actor}`, `{target}` and the metadata's keys."""
    words: Mapping[str, str]
    """What the sentence says for a fact that is a code, such as `returned`, in place of it."""
    metadata: type[Metadata]
    example: Mapping[str, Any]
    redactions: tuple[Redaction, ...]
    severity: Severity
    ocsf: int
    """The OCSF class that an export maps it to."""

    def __new__(
        cls,
        name: str,
        description: str,
        *,
        sentence: str,
        words: Mapping[str, str] | None = None,
        metadata: type[Metadata] = Metadata,
        example: Mapping[str, Any] | None = None,
        redactions: tuple[Redaction, ...] = (),
        severity: Severity = "info",
        ocsf: int = 3004,
        version: int = 1,
    ) -> Self:
        """Declare an action. Raises ValueError on a bad or second name."""
        if not _NAME.match(name) or name in cls.registry or name.startswith(f"{CUSTOM}."):
            raise ValueError(f"audit action {name!r} is no `resource.verb`, or declared twice")
        action = cls.made(
            name, description, sentence=sentence, words=words, metadata=metadata, example=example,
            redactions=redactions, severity=severity, ocsf=ocsf, version=version,
        )  # fmt: skip
        cls.registry[name] = action
        return action

    @classmethod
    def made(
        cls,
        name: str,
        description: str,
        *,
        sentence: str,
        words: Mapping[str, str] | None = None,
        metadata: type[Metadata],
        example: Mapping[str, Any] | None = None,
        redactions: tuple[Redaction, ...] = (),
        severity: Severity = "info",
        ocsf: int = 6003,
        version: int = 1,
    ) -> Self:
        """An action that is not in the registry: a workspace's own."""
        action = super().__new__(cls, name)
        action.version, action.description, action.sentence = version, description, sentence
        action.words, action.metadata, action.example = dict(words or {}), metadata, dict(example or {})
        action.redactions, action.severity, action.ocsf = redactions, severity, ocsf
        return action

    @property
    def resource(self) -> str:
        """What it is about: the part before the dot."""
        return self.partition(".")[0]


class Undeclared(LookupError):
    """Something was recorded that the taxonomy does not know: a defect."""


def action_named(name: str) -> Action:
    """The declared action of a name. Raises Undeclared."""
    found = Action.registry.get(name)
    if found is None:
        raise Undeclared(f"audit action {name!r} is not declared in studio/audit/taxonomy")
    return found
