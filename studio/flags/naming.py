"""Flags, environments and segments as steps name them: whether they are there, and what the editor offers."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from studio.contract.references import Missing, Reference
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import is_template
from studio.flags.models import Flag, FlagEnvironment, FlagMetric, FlagSegment
from studio.flags.service.archiving import KIND

__all__ = [
    "ENVIRONMENT", "KIND", "METRIC", "SEGMENT", "missing_environment", "missing_flag", "missing_metric",
    "missing_segment", "people", "references",
]  # fmt: skip
ENVIRONMENT, SEGMENT, METRIC = "flag environment", "flag segment", "flag metric"
_PEOPLE = {"user": "user", "group": "approver_group", "schedule": "schedule"}
"""Kinds of whoever may be asked, as those who look after them name them, by how steps write them."""


def references(config: Mapping[str, Any]) -> Iterable[Reference]:
    """What a step's raw config names."""
    for field, kind in (("flag", KIND), ("environment", ENVIRONMENT), ("segment", SEGMENT)):
        named = config.get(field)
        if isinstance(named, str) and named:
            yield Reference(f"config.{field}", kind, named)


def people(named: Any, field: str) -> Iterable[Reference]:
    """Those whom a raw list of `user:…`, `group:…` and `schedule:…` names. Templates name nobody yet."""
    for place, one in enumerate(named if isinstance(named, list) else ()):
        kind, _colon, name = one.partition(":") if isinstance(one, str) else ("", "", "")
        if kind in _PEOPLE and name and not is_template(name):
            yield Reference(f"{field}.{place}", _PEOPLE[kind], name)


def missing_flag(uow: UnitOfWork, key: str) -> Missing | None:
    """Why a step would not find a flag; one that is archived warns: the step takes it as off."""
    if is_template(key):
        return Missing("flag.computed", _("Choose one flag; its key cannot come from the run's data."))
    row = uow.session.scalar(select(Flag).where(Flag.key == key))
    if row is None:
        return Missing("flag.unknown", _("There is no flag “%(key)s” in this workspace.", key=key[:100]))
    if row.archived_at is not None:
        return Missing("flag.archived", _("“%(key)s” is archived: it counts as off.", key=row.key), warning=True)
    return None


def missing_environment(uow: UnitOfWork, name: str) -> Missing | None:
    """Why a step would not find an environment."""
    query = select(FlagEnvironment.id).where(FlagEnvironment.name == name, FlagEnvironment.retired_at.is_(None))
    if uow.session.scalar(query) is None:
        return Missing("flag.environment_unknown", _("There is no environment “%(name)s” for flags.", name=name[:60]))
    return None


def missing_segment(uow: UnitOfWork, name: str) -> Missing | None:
    """Why a step would not find a segment."""
    query = select(FlagSegment.id).where(FlagSegment.name == name, FlagSegment.archived_at.is_(None))
    if uow.session.scalar(query) is None:
        return Missing("flag.segment_unknown", _("There is no segment “%(name)s”.", name=name[:100]))
    return None


def missing_metric(uow: UnitOfWork, key: str) -> Missing | None:
    """Why a guardrail would watch nothing."""
    if uow.session.scalar(select(FlagMetric.id).where(FlagMetric.key == key)) is None:
        return Missing("flag.metric_unknown", _("There is no metric “%(key)s”.", key=key[:60]))
    return None
