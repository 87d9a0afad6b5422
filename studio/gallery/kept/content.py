"""What a workspace's template says, as its version keeps it and as its file holds it."""

import hashlib
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import Field

from studio.gallery.template import Check, Question, Sample, Template
from studio.runtime.document.part import Part

SCHEMA = "studio.template/1"
MOST_ASKED = 20
PREFIX = "own-"
"""What the slugs of such templates begin with, before their id; those of Studio's own never do."""

Line = Annotated[str, Field(min_length=1, max_length=200)]


class Content(Part):
    """One version of it."""

    schema_: Literal["studio.template/1"] = Field(alias="schema")
    name: Annotated[str, Field(min_length=1, max_length=80)]
    value: Annotated[str, Field(min_length=1, max_length=300)]
    """What it does for a merchant, in a sentence."""
    categories: Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(min_length=1, max_length=5)]
    needs: Annotated[list[Line], Field(max_length=50)]
    questions: Annotated[list[Question], Field(max_length=MOST_ASKED)]
    workflow: dict[str, Any]
    """The document, with `${key}` where an answer goes."""


class OwnTemplate(Template):
    """It, as the gallery and its wizard know templates: nothing has to be asked, and no branch is proved."""

    value: str
    categories: list[str]
    needs: list[str]
    questions: list[Question]
    samples: list[Sample] = Field(default_factory=list)
    checks: list[Check] = Field(default_factory=list)
    number: int
    """Which version it is."""
    revision: str
    archived: bool = False


def dumped(content: Content) -> dict[str, Any]:
    """As JSON has it; a field that was left out stays out."""
    return content.model_dump(by_alias=True, exclude_unset=True)


def revision(raw: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON: the same words, questions and workflow are the same revision."""
    return hashlib.sha256(rfc8785.dumps(raw)).hexdigest()


def as_template(raw: dict[str, Any], slug: str, number: int, *, archived: bool = False) -> OwnTemplate:
    """The template of a content. Raises pydantic's ValidationError where questions and workflow do not fit."""
    said = {name: value for name, value in raw.items() if name != "schema"}
    own = {"slug": slug, "number": number, "revision": revision(raw), "archived": archived}
    return OwnTemplate.model_validate({**said, **own})
