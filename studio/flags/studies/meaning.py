"""Whether a study means somebody at all: its conditions and segments, looked at with what a program tells of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.flags.evaluation.compiled import compile_state
from studio.flags.evaluation.context import flatten
from studio.flags.models import FlagSegment

Means = Callable[[str, Mapping[str, Any] | None, datetime], bool]
"""Unit, its context as clients send it or None, and the moment in; whether the study means it out."""
Segments = Sequence[Mapping[str, Any]]
_NAME = "study"


def segments(uow: UnitOfWork) -> Segments:
    """As they stand now, in Unleash's form."""
    found = uow.session.execute(select(FlagSegment.number, FlagSegment.constraints))
    return [{"id": number, "constraints": constraints} for number, constraints in found]


def everybody(_unit: str, _context: Mapping[str, Any] | None, _at: datetime) -> bool:
    """Of a study without conditions."""
    return True


def of(audience: Mapping[str, Any], known: Callable[[], Segments]) -> Means:
    """Of an audience `{stickiness, constraints, segments}`. `known`: asked only where it names segments.

    Where no context is sent the program's word is taken: it asked the flag, and knows what it told. In one that is
    sent the unit stands under the field that the study is sticky on, whatever the program wrote there.
    """
    if not audience["constraints"] and not audience["segments"]:
        return everybody
    rule = {"name": "default", "constraints": audience["constraints"], "segments": audience["segments"]}
    state = {"version": 2, "segments": known() if audience["segments"] else [],
             "features": [{"name": _NAME, "enabled": True, "strategies": [rule]}]}  # fmt: skip
    judge, sticky = compile_state(state), str(audience["stickiness"])

    def means(unit: str, context: Mapping[str, Any] | None, at: datetime) -> bool:
        return context is None or judge.is_enabled(_NAME, {**flatten(context, now=at), sticky: unit})

    return means
