"""Who gets a flag: ask as somebody, and see the answer with its reasons. Nothing is counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from studio.accounts.permissions import permission
from studio.core.errors import StudioError
from studio.core.web import current_uow
from studio.flags import explaining, words
from studio.flags.service import asking, environments
from studio.flags.views.blueprint import blueprint, environment_named, named, segment_names

_FIELDS = ("userId", "sessionId", "remoteAddress")
_MOST = 2_000
"""Characters of one field."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What they get, and why."""

    enabled: bool
    variant: str
    value: Any
    problem: str
    why: list[str]


@blueprint.get("/flags/<flag_key>/try")
@permission("flag.read")
def trying(flag_key: str) -> ResponseReturnValue:
    """Ask as somebody."""
    row, places = named(flag_key), environments.listed(current_uow())
    asked = {name: request.args.get(name, "")[:_MOST] for name in (*_FIELDS, "properties")}
    chosen = request.args.get("environment", places[0].name if places else "")
    answer = _answer(flag_key, chosen, asked) if "environment" in request.args else None
    return render_template(
        "flags/trying.html", row=row, environments=places, asked=asked, chosen=chosen, answer=answer, words=words
    )


def _answer(flag_key: str, environment: str, asked: Mapping[str, str]) -> Answer:
    uow, place = current_uow(), environment_named(environment)
    context: dict[str, Any] = {name: asked[name] for name in _FIELDS if asked[name]} | {"environment": place.name}
    context["properties"] = dict(_properties(asked["properties"]))
    told = asking.explain(uow, named(flag_key), place, context)
    found = told.explanation
    try:
        given, problem = told.value, ""
    except StudioError as error:
        given, problem = None, error.message
    variant = found.variant.name if found.variant.enabled else ""
    return Answer(found.enabled, variant, given, problem, explaining.sentences(found.facts, segment_names()))


def _properties(text: str) -> list[tuple[str, str]]:
    lines = (line.partition("=") for line in text.splitlines())
    return [(name.strip(), value.strip()) for name, sign, value in lines if sign and name.strip()]
