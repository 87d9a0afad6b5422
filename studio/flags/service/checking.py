"""Whether a flag may be as somebody wants it: looked at as a whole, with all that it names."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import select

from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagSegment, FlagSetting
from studio.flags.service import dependencies, limits, payloads


def refuse(problems: Sequence[FieldProblem]) -> None:
    """Raise InvalidInput where there are any."""
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, problems=list(problems))


def setting(uow: UnitOfWork, row: Flag, state: dict[str, Any]) -> dict[str, Any]:
    """A setting as it is kept. Raises InvalidInput with each problem, by its path."""
    refuse(_sizes(state))
    refuse([
        *payloads.variant_problems(row.kind, row.value_schema, state["strategies"], state["variants"]),
        *_segments(uow, state["strategies"]),
    ])  # fmt: skip
    return state


def flag(uow: UnitOfWork, row: Flag, settings: Mapping[str, FlagSetting]) -> None:
    """The same for what is the flag's own, with its settings by the name of their environment."""
    problems = payloads.schema_problems(row.value_schema)
    if row.value_schema is not None and row.kind != "json":
        said = _("Only a flag that gives JSON has a schema.")
        problems = [FieldProblem("value_schema", "flag.schema_kind", said)]
    problems = problems or payloads.value_problems(row.kind, row.value_schema, row.off_value, "off_value")
    refuse([*problems, *_dependencies(uow, row)])
    for name, one in settings.items():
        unfit = payloads.variant_problems(row.kind, row.value_schema, one.strategies, one.variants)
        if unfit:
            said = _("In %(environment)s a variant does not fit: %(why)s", environment=name, why=unfit[0].message)
            refuse([FieldProblem("value_schema", "flag.settings_unfit", said)])


def graph(uow: UnitOfWork) -> dict[str, list[str]]:
    """What each flag depends on, archived ones left out."""
    rows = uow.session.execute(select(Flag.key, Flag.dependencies).where(Flag.archived_at.is_(None)))
    return {key: [str(one.get("feature")) for one in found] for key, found in rows}


def _sizes(state: Mapping[str, Any]) -> list[FieldProblem]:
    if len(orjson.dumps(dict(state))) > limits.SETTING_BYTES:
        said = _("What holds in one environment has at most %(most)s KB. Put long lists into a segment.",
                 most=limits.SETTING_BYTES // 1000)  # fmt: skip
        return [FieldProblem("strategies", "flag.too_large", said)]
    for name, most in (("strategies", limits.STRATEGIES), ("variants", limits.VARIANTS)):
        if len(state[name]) > most:
            said = _("There are at most %(most)s of these.", most=most)
            return [FieldProblem(name, "flag.too_many", said)]
    return [
        FieldProblem(f"strategies.{at}.{name}", "flag.too_many", _("There are at most %(most)s of these.", most=most))
        for at, strategy in enumerate(state["strategies"])
        for name, most in (("constraints", limits.CONSTRAINTS), ("variants", limits.VARIANTS))
        if len(strategy.get(name) or ()) > most
    ]


def _segments(uow: UnitOfWork, strategies: Sequence[Mapping[str, Any]]) -> list[FieldProblem]:
    named = {one for strategy in strategies for one in strategy.get("segments") or ()}
    if not named:
        return []
    query = select(FlagSegment.number).where(FlagSegment.number.in_(named), FlagSegment.archived_at.is_(None))
    known = set(uow.session.scalars(query))
    return [
        FieldProblem(f"strategies.{at}.segments.{index}", "flag.segment_unknown",
                     _("There is no segment number %(number)s.", number=one))
        for at, strategy in enumerate(strategies)
        for index, one in enumerate(strategy.get("segments") or ())
        if one not in known
    ]  # fmt: skip


def _dependencies(uow: UnitOfWork, row: Flag) -> list[FieldProblem]:
    """SDKs take a flag as off whose parent has parents of its own: so there is one level."""
    parents = [str(one["feature"]) for one in row.dependencies]
    if not parents:
        return []
    known = graph(uow) | {row.key: parents}
    way = dependencies.cycle(known, row.key)
    if way:
        said = _("It would depend on itself: %(way)s.", way=" → ".join(way))
        return [FieldProblem("dependencies", "flag.dependency_cycle", said)]
    found = []
    for at, parent in enumerate(parents):
        if parent not in known:
            said = _("There is no flag “%(key)s”, or it is archived.", key=parent[:100])
            found.append(FieldProblem(f"dependencies.{at}.feature", "flag.dependency_unknown", said))
        elif known[parent]:
            said = _("“%(key)s” depends on another flag itself; clients follow one level alone.", key=parent[:100])
            found.append(FieldProblem(f"dependencies.{at}.feature", "flag.dependency_depth", said))
    below = dependencies.dependants(known, row.key)
    if below and not found:
        said = _("“%(key)s” depends on this flag; clients follow one level alone.", key=below[0])
        found.append(FieldProblem("dependencies", "flag.dependency_depth", said))
    return found


def constraints(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A segment's constraints as they are kept. Raises InvalidInput with each problem, by its path."""
    if len(given) > limits.CONSTRAINTS:
        said = _("There are at most %(most)s of these.", most=limits.CONSTRAINTS)
        refuse([FieldProblem("constraints", "flag.too_many", said)])
    return [dict(one) for one in given]
