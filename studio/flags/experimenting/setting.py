"""How an experiment changes the flag: one strategy, before all others, which it alone changes."""

from typing import Any

from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.experimenting import rows
from studio.flags.experiments import allotment
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment, FlagVersion
from studio.flags.service import changing
from studio.flags.service.changing import Change

_BROAD = {"default", "flexibleRollout"}
_EVERYBODY = {"name": "default"}


def refuse(held: Change, *, boolean: bool) -> None:
    """Raise Conflict where it could not be run beside what holds."""
    if not held.enabled and held.strategies:
        said = _("The flag is off, and its rules would be on with the experiment. Take them away first.")
        raise Conflict(said, code="experiment.rules_off", field="strategies")
    if boolean and held.enabled and (not held.strategies or any(map(_broad, held.strategies))):
        said = _("Other rules give the flag to everybody or to a share of all. Take them away or narrow them first.")
        raise Conflict(said, code="experiment.already_on", field="strategies")


def rule(row: FlagExperiment) -> dict[str, Any]:
    """The strategy by which it runs."""
    return allotment.trial(rows.design_of(row), row.payloads, rows.title_of(row), row.audience)


def begin(uow: UnitOfWork, row: FlagExperiment, flag: Flag, place: FlagEnvironment, note: str) -> FlagVersion | None:
    """Give the arms what they are given."""
    held = changing.current(uow, flag, place)
    # On without any rule is on for everybody: with ours alone, whoever is in no arm would lose it.
    kept = held.strategies or ([_EVERYBODY] if held.enabled else [])
    return _put(uow, row, flag, place, Change(True, [rule(row), *kept], held.variants), note)


def ship(
    uow: UnitOfWork, row: FlagExperiment, flag: Flag, place: FlagEnvironment, variant: str, note: str
) -> FlagVersion | None:
    """Everybody whom it means has one variant from now on."""
    held = changing.current(uow, flag, place)
    ours = allotment.shipped(variant, row.payloads, rows.title_of(row), row.audience)
    return _put(uow, row, flag, place, Change(True, [ours, *_others(held, row)], held.variants), note)


def take_back(
    uow: UnitOfWork, row: FlagExperiment, flag: Flag, place: FlagEnvironment, note: str
) -> FlagVersion | None:
    """What held before it holds again; what others changed meanwhile of their own rules stays."""
    held = changing.current(uow, flag, place)
    kept = _others(held, row)
    was_on = bool((row.before or {}).get("enabled"))
    # A setting that is on without any rule is on for everybody: the opposite of taking back.
    return _put(uow, row, flag, place, Change(held.enabled and was_on and bool(kept), kept, held.variants), note)


def _put(
    uow: UnitOfWork, row: FlagExperiment, flag: Flag, place: FlagEnvironment, wanted: Change, note: str
) -> FlagVersion | None:
    return changing.change(uow, flag, place, wanted, note, owner=rows.title_of(row), gated=False)


def _broad(one: Any) -> bool:
    narrowed = one.get("disabled") or one.get("constraints") or one.get("segments")
    return one["name"] in _BROAD and not narrowed and (one.get("parameters") or {}).get("rollout") != "0"


def _others(held: Change, row: FlagExperiment) -> list[dict[str, Any]]:
    return [dict(one) for one in held.strategies if one.get("title") != rows.title_of(row)]
