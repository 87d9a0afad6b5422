"""What a template file says: a workflow with questions in it, sample events, and proof of every branch. Strict."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from studio.core.i18n import gettext
from studio.runtime.document.part import Key, Part

PLACEHOLDER = re.compile(r"\$\{([a-z][a-z0-9_]*)(?:\.([a-z]+))?\}")
"""`${key}`, or `${key.part}` for one part of an answer, such as a duration's seconds."""
_IN_BRACES = re.compile(r"\{\{[^}]*\$\{")

Kind = Literal[
    "money", "number", "text", "email", "people", "group", "choice", "duration", "connection", "flag", "secret"
]
MOST_QUESTIONS = 5

PARTS: dict[str, frozenset[str]] = {
    "duration": frozenset({"seconds"}),
    "people": frozenset({"emails"}),
    "connection": frozenset({"connector"}),
}
"""Parts that an answer has besides the whole of it."""


class Option(Part):
    """One answer to choose."""

    value: Annotated[str, Field(min_length=1, max_length=120)]
    label: Annotated[str, Field(min_length=1, max_length=120)]


class Question(Part):
    """What the wizard asks. The answer stands where the document says `${key}`."""

    key: Key
    label: Annotated[str, Field(min_length=1, max_length=120)]
    help: Annotated[str, Field(max_length=300)] = ""
    kind: Kind
    default: Any = None
    """None: an address is the reader's own, a group the first there is, people everybody with an approver seat."""
    connectors: list[Key] = Field(default_factory=list)
    """Of a connection: which kinds of system it may be; `${key.connector}` is the one that was chosen."""
    optional: bool = False
    """Of a connection: the template works without one as well; see `Template.only_with` and `connected`."""
    options: list[Option] = Field(default_factory=list)
    least: int | float | None = None
    most: int | float | None = None
    decimals: bool = False
    """Of a number: inside expressions it is written with decimals, beside others that have some."""
    more_than: Key | None = None
    """The key of a question before this one, whose answer must be smaller."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind == "connection") is not bool(self.connectors):
            raise ValueError(gettext("%(key)s: a connection, and it alone, names its connectors", key=self.key))
        if self.optional and self.kind != "connection":
            raise ValueError(gettext("%(key)s: only a connection may be left out", key=self.key))
        if (self.kind == "choice") is not bool(self.options):
            raise ValueError(gettext("%(key)s: options belong to a choice, and to a choice alone", key=self.key))
        if self.kind in ("money", "number", "text", "choice", "duration", "flag") and self.default is None:
            raise ValueError(
                gettext(
                    "%(key)s: a %(kind)s needs a default, so that nobody has to think of one",
                    key=self.key,
                    kind=self.kind,
                )
            )
        return self


class Sample(Part):
    """A realistic event of one trigger."""

    key: Key
    title: Annotated[str, Field(min_length=1, max_length=120)]
    trigger: Key
    data: dict[str, Any]


class Answer(Part):
    """What the person who is asked answers."""

    outcome: Literal["approved", "declined", "changes_requested"]
    comment: str = ""


class Mail(Part):
    """A mail that must have gone out."""

    to: str
    contains: str


class Event(Part):
    """Something that happens in a check, in order: an event arrives, somebody answers, or time passes."""

    sample: Key | None = None
    change: dict[str, Any] = Field(default_factory=dict)
    """Laid over the sample's data, key by key."""
    answer: Answer | None = None
    proof: Literal["given", "refused"] | None = None
    """What the person says whose proof a gate waits for."""
    seconds: int | None = None
    policy: str | None = None
    """A protected action, such as refund.make: from now on a policy asks for the owner's yes before it."""
    sink: Literal["takes", "leaves_out"] | None = None
    """What a destination of the audit export makes of what waits for it, by its pipeline."""
    rollout: Literal["begun", "hold", "resume", "complete", "roll_back"] | None = None
    """What people do to the open rollout of the template's flag in production; begun: they begin one."""
    experiment: Literal["begun", "won", "lost", "alike", "uneven"] | None = None
    """What comes of an experiment with the template's flag in production; begun: people begin it."""


class Check(Part):
    """One branch: what happens, and the path that the last run takes for it."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    connected: bool = False
    """With the connections that the template may do without."""
    events: Annotated[list[Event], Field(min_length=1)]
    run: int = -1
    """Which run is looked at, in order of their start; the last unless said."""
    path: list[Key]
    """Keys of the steps that succeed, in order; all others are not reached."""
    mails: list[Mail] = Field(default_factory=list)
    """Mails of the workflow's own steps; no more and no fewer."""


class Connected(Part):
    """What the workflow is where an optional connection was chosen, as far as it differs."""

    question: Key
    nodes: Annotated[list[dict[str, Any]], Field(min_length=1)]
    """They take the place of the steps with their keys, or stand beside the others."""
    edges: Annotated[list[dict[str, Any]], Field(min_length=1)]
    """All of them; a step that no edge names is left out."""
    description: str | None = None
    settings: dict[str, Any] | None = None


class Switched(Part):
    """A flag that the workflow asks for or sets; who may make flags gets it with the draft where there is none."""

    key: Annotated[str, Field(min_length=1, max_length=100)]
    """Its own, or `${key}` of a question of the kind flag."""
    about: Annotated[str, Field(min_length=1, max_length=300)]
    """What it means, for whoever finds it among the flags."""
    purpose: Literal["release", "operational", "kill-switch", "permission"] = "operational"


class Measured(Part):
    """A metric that guardrails of the workflow watch; made with the draft where there is none."""

    key: Annotated[str, Field(min_length=1, max_length=60)]
    title: Annotated[str, Field(min_length=1, max_length=80)]
    kind: Literal["proportion", "mean"] = "proportion"
    worse: Literal["up", "down"] = "up"


class Grouped(Part):
    """A segment that the workflow puts people into; made as flags are, and nobody is in it at first."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    field: Annotated[str, Field(min_length=1, max_length=100)]
    """By which field of what programs tell it lists them, such as userId."""
    about: Annotated[str, Field(min_length=1, max_length=300)]
    """Whom it means, for whoever finds it among the segments."""


class Template(Part):
    """One file of `templates/`."""

    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,59}$")]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    value: Annotated[str, Field(min_length=20, max_length=200)]
    """What it does for a merchant, in a sentence."""
    categories: Annotated[list[str], Field(min_length=1, max_length=4)]
    needs: Annotated[list[str], Field(min_length=1, max_length=5)]
    """What has to be there for it to work, in words."""
    order: int = 100
    """Smaller first in the gallery; Home offers the first three."""
    questions: Annotated[list[Question], Field(min_length=1, max_length=MOST_QUESTIONS)]
    workflow: dict[str, Any]
    """The document, with placeholders."""
    only_with: dict[Key, Key] = Field(default_factory=dict)
    """Steps that are there where an optional question has an answer; else whoever led to one leads to its next."""
    only_without: dict[Key, Key] = Field(default_factory=dict)
    """Steps that are there where it has none."""
    connected: Connected | None = None
    """For templates that are another workflow with a connection, such as one that a shop's own event starts."""
    by_connector: dict[Key, dict[Key, dict[str, Any]]] = Field(default_factory=dict)
    """Further settings of steps that name a connection, by the kind of system: what one asks and another does not."""
    flags: list[Switched] = Field(default_factory=list)
    metrics: list[Measured] = Field(default_factory=list)
    segments: list[Grouped] = Field(default_factory=list)
    samples: Annotated[list[Sample], Field(min_length=1)]
    checks: Annotated[list[Check], Field(min_length=1)]

    def question(self, key: str) -> Question | None:
        """The question under a key."""
        return next((one for one in self.questions if one.key == key), None)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        asked = [question.key for question in self.questions]
        if len(set(asked)) != len(asked):
            raise ValueError(gettext("two questions have one key"))
        for place, one in enumerate(self.questions):
            kinds = {before.key: before.kind for before in self.questions[:place]}
            if one.more_than and (one.kind not in ("money", "number") or kinds.get(one.more_than) != one.kind):
                raise ValueError(gettext("%(key)s: no amount or number before it is called so", key=one.more_than))
        optional = {question.key for question in self.questions if question.optional}
        hanging = {*self.only_with.values(), *self.only_without.values()}
        if not hanging | ({self.connected.question} if self.connected else set()) <= optional:
            raise ValueError(gettext("steps hang on questions that nobody may leave out"))
        used = set(_used([self.workflow, self.connected.model_dump() if self.connected else None, self.by_connector]))
        for key, part in used:
            question = self.question(key)
            if question is None or (part and part not in PARTS.get(question.kind, ())):
                raise ValueError(
                    gettext(
                        "the workflow uses ${%(key)s%(value)s}, which nobody asks for",
                        key=key,
                        value="." + part if part else "",
                    )
                )
        unused = set(asked) - {key for key, _ in used}
        if unused:
            raise ValueError(gettext("asked for nothing: %(unused)s", unused=", ".join(sorted(unused))))
        known = {sample.key for sample in self.samples}
        named = {event.sample for check in self.checks for event in check.events if event.sample}
        if not named <= known:
            raise ValueError(gettext("checks name unknown samples: %(named)s", named=", ".join(sorted(named - known))))
        return self


def _used(value: Any) -> Iterator[tuple[str, str]]:
    """Every placeholder in a document: its key, and its part or an empty text."""
    if isinstance(value, str):
        if _IN_BRACES.search(value):
            raise ValueError(gettext("a placeholder inside braces is not possible: %(value)s", value=value))
        for found in PLACEHOLDER.finditer(value):
            yield found[1], found[2] or ""
    elif isinstance(value, dict):
        for below in value.values():
            yield from _used(below)
    elif isinstance(value, list):
        for below in value:
            yield from _used(below)
