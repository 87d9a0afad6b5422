"""Whether a flag may be as somebody wants it: looked at as a whole, with all that it names."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import select

from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.evaluation.documents import Dependency, Feature, Variant
from studio.flags.evaluation.prerequisites import dependency_problems
from studio.flags.evaluation.strict import accept_feature, accept_segment
from studio.flags.models import Flag, FlagSegment, FlagSetting
from studio.flags.outcomes import Kind
from studio.flags.service import limits, payloads


def refuse(problems: Sequence[FieldProblem]) -> None:
    """Raise InvalidInput where there are any."""
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, problems=list(problems))


def setting(uow: UnitOfWork, row: Flag, state: dict[str, Any]) -> dict[str, Any]:
    """A setting as it is kept. Raises InvalidInput with each problem, by its path."""
    if len(orjson.dumps(state)) > limits.SETTING_BYTES:
        said = _("What holds in one environment has at most %(most)s KB. Put long lists into a segment.",
                 most=limits.SETTING_BYTES // 1000)  # fmt: skip
        refuse([FieldProblem("strategies", "flag.too_large", said)])
    alive = select(FlagSegment.number).where(FlagSegment.archived_at.is_(None))
    accept_feature(
        {"name": row.key, **state}, features={}, segments=set(uow.session.scalars(alive)), kind=Kind(row.kind)
    )
    refuse(payloads.variant_problems(row.kind, row.value_schema, state["strategies"], state["variants"]))
    return state


def constraints(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A segment's constraints as they are kept. Raises InvalidInput with each problem, by its path."""
    kept = [dict(one) for one in given]
    if len(orjson.dumps(kept)) > limits.SEGMENT_BYTES:
        said = _("A segment has at most %(most)s KB.", most=limits.SEGMENT_BYTES // 1000)
        refuse([FieldProblem("constraints", "flag.too_large", said)])
    accept_segment({"id": 1, "constraints": kept})
    return kept


def flag(uow: UnitOfWork, row: Flag, settings: Mapping[str, FlagSetting]) -> None:
    """The same for what is the flag's own, with its settings by the name of their environment."""
    problems = payloads.schema_problems(row.value_schema)
    if row.value_schema is not None and row.kind != Kind.JSON:
        said = _("Only a flag that gives JSON has a schema.")
        problems = [FieldProblem("value_schema", "flag.schema_kind", said)]
    problems = problems or payloads.value_problems(row.kind, row.value_schema, row.off_value, "off_value")
    refuse([*problems, *_dependencies(uow, row)])
    for name, one in settings.items():
        unfit = payloads.variant_problems(row.kind, row.value_schema, one.strategies, one.variants)
        if unfit:
            said = _("In %(environment)s a variant does not fit: %(why)s", environment=name, why=unfit[0].message)
            refuse([FieldProblem("value_schema", "flag.settings_unfit", said)])


def dependants(uow: UnitOfWork, key: str) -> list[str]:
    """Keys of those that depend on a flag, sorted; archived ones left out."""
    found = _bonds(uow)
    return sorted(one for one, parents in found.items() if any(parent["feature"] == key for parent in parents))


def _bonds(uow: UnitOfWork) -> dict[str, list[dict[str, Any]]]:
    rows = uow.session.execute(select(Flag.key, Flag.dependencies).where(Flag.archived_at.is_(None)))
    return {row.key: row.dependencies for row in rows}


def _dependencies(uow: UnitOfWork, row: Flag) -> list[FieldProblem]:
    """What it depends on, looked at with all flags of the workspace."""
    if not row.dependencies:
        return []
    given = _variants(uow, [str(one["feature"]) for one in row.dependencies])
    known = {
        key: _feature(key, found, given.get(key, ()))
        for key, found in (_bonds(uow) | {row.key: row.dependencies}).items()
    }
    return list(dependency_problems(known[row.key], known, "dependencies"))


def _feature(key: str, dependencies: Sequence[Mapping[str, Any]], variants: Sequence[str]) -> Feature:
    return Feature(
        key, True, variants=tuple(Variant(name, 0) for name in variants),
        dependencies=tuple(Dependency(one["feature"], one["enabled"], tuple(one["variants"])) for one in dependencies),
    )  # fmt: skip


def _variants(uow: UnitOfWork, keys: Sequence[str]) -> dict[str, list[str]]:
    """Names of the variants that flags have in any environment."""
    query = select(Flag.key, FlagSetting.strategies, FlagSetting.variants)
    query = query.join(FlagSetting, FlagSetting.flag_id == Flag.id).where(Flag.key.in_(keys))
    found: dict[str, list[str]] = {}
    for key, strategies, variants in uow.session.execute(query):
        own = [*variants, *(one for strategy in strategies for one in strategy.get("variants") or ())]
        found.setdefault(key, []).extend(one["name"] for one in own)
    return found
