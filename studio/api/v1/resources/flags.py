"""Feature flags: the list, one of them, and what holds in each environment."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.shapes import flags as shapes
from studio.api.v1.shapes.common import ListOf, cursor_id, written
from studio.core.unit_of_work import UnitOfWork
from studio.flags.evaluation.facts import Fact
from studio.flags.models import Flag, FlagEnvironment
from studio.flags.service import (
    archiving,
    asking,
    changing,
    creating,
    describing,
    environments,
    finding,
    listing,
    states,
)
from studio.flags.service.changing import Change
from studio.flags.service.describing import About
from studio.flags.service.sharing import largest_share

TAG = "Feature flags"
ONE = "/flags/<flag_key>"
HERE = f"{ONE}/environments/<environment>"


@operation("GET", "/flags", tag=TAG, needs="flag.read", query=shapes.FlagList, answer=ListOf[shapes.FlagLine])
def list_flags(uow: UnitOfWork, query: shapes.FlagList) -> ListOf[shapes.FlagLine]:
    """The workspace's flags, newest first."""
    wanted = listing.Filters(
        query.q, query.kind or "", query.purpose or "", query.environment, query.state or "", query.stale,
        query.archived,
    )  # fmt: skip
    lines, after = listing.page(uow, wanted, before=cursor_id(query.cursor), limit=query.limit)
    places = environments.listed(uow)
    return ListOf[shapes.FlagLine](data=[_line(one, places) for one in lines], next_cursor=written(after))


@operation("POST", "/flags", tag=TAG, needs="flag.edit", body=shapes.NewFlag, answer=shapes.FlagInfo, status=201,
           conflicts=True)  # fmt: skip
def create_flag(uow: UnitOfWork, body: shapes.NewFlag) -> shapes.FlagInfo:
    """Make a flag. It is off in every environment."""
    return flag_info(uow, creating.create(uow, key=body.key, kind=body.kind, about=_about(body), note=body.note))


@operation("GET", ONE, tag=TAG, needs="flag.read", answer=shapes.FlagInfo)
def get_flag(uow: UnitOfWork, flag_key: str) -> shapes.FlagInfo:
    """One flag, with all that holds of it."""
    return flag_info(uow, finding.flag(uow, flag_key))


@operation("PUT", ONE, tag=TAG, needs="flag.edit", body=shapes.FlagChange, answer=shapes.FlagInfo, conflicts=True)
def replace_flag(uow: UnitOfWork, flag_key: str, body: shapes.FlagChange) -> shapes.FlagInfo:
    """Replace what is the flag's own and holds in every environment."""
    row = finding.flag(uow, flag_key)
    describing.describe(uow, row, _about(body), body.note, seen=body.version)
    return flag_info(uow, row)


@operation("GET", HERE, tag=TAG, needs="flag.read", answer=shapes.Setting)
def get_flag_setting(uow: UnitOfWork, flag_key: str, environment: str) -> shapes.Setting:
    """What holds of a flag in one environment."""
    row = finding.flag(uow, flag_key)
    return _setting(uow, row, finding.environment(uow, environment))


@operation("PUT", HERE, tag=TAG, needs="flag.edit", body=shapes.SettingChange, answer=shapes.Setting, conflicts=True)
def replace_flag_setting(
    uow: UnitOfWork, flag_key: str, environment: str, body: shapes.SettingChange
) -> shapes.Setting:
    """Replace it: whether it is on, for whom, and what it gives. In production this is a protected action."""
    row = finding.flag(uow, flag_key)
    place = finding.environment(uow, environment)
    wanted = Change(body.enabled, body.strategies, body.variants)
    changing.change(uow, row, place, wanted, body.note, seen=body.version)
    return _setting(uow, row, place)


@operation("POST", f"{HERE}/on", tag=TAG, needs="flag.edit", body=shapes.Why, answer=shapes.Setting, conflicts=True)
def turn_flag_on(uow: UnitOfWork, flag_key: str, environment: str, body: shapes.Why) -> shapes.Setting:
    """Turn it on for those whom its strategies mean."""
    return _turned(uow, flag_key, environment, body, on=True)


@operation("POST", f"{HERE}/off", tag=TAG, needs="flag.edit", body=shapes.Why, answer=shapes.Setting, conflicts=True)
def turn_flag_off(uow: UnitOfWork, flag_key: str, environment: str, body: shapes.Why) -> shapes.Setting:
    """Turn it off for everybody; its strategies stay for the next time."""
    return _turned(uow, flag_key, environment, body, on=False)


@operation("POST", f"{HERE}/explain", tag=TAG, needs="flag.read", body=shapes.Ask, answer=shapes.FlagAnswer)
def explain_flag(uow: UnitOfWork, flag_key: str, environment: str, body: shapes.Ask) -> shapes.FlagAnswer:
    """What somebody would get of a flag, and why. Nothing is counted."""
    row = finding.flag(uow, flag_key)
    place = finding.environment(uow, environment)
    told = asking.explain(uow, row, place, body.context)
    variant = told.explanation.variant
    return shapes.FlagAnswer(
        flag=row.key, environment=place.name, enabled=told.explanation.enabled,
        variant=variant.name if variant.enabled else None, value=told.value,
        facts=[_fact(one) for one in told.explanation.facts],
    )  # fmt: skip


@operation("POST", f"{ONE}/archive", tag=TAG, needs="flag.edit", body=shapes.Archive, answer=shapes.FlagInfo,
           conflicts=True)  # fmt: skip
def archive_flag(uow: UnitOfWork, flag_key: str, body: shapes.Archive) -> shapes.FlagInfo:
    """Take it from clients in every environment. Refused while other flags depend on it."""
    row = finding.flag(uow, flag_key)
    archiving.archive(uow, row, body.note, seen=body.version, even_if_named=body.even_if_named)
    return flag_info(uow, row)


@operation("POST", f"{ONE}/bring-back", tag=TAG, needs="flag.edit", body=shapes.Why, answer=shapes.FlagInfo,
           conflicts=True)  # fmt: skip
def bring_flag_back(uow: UnitOfWork, flag_key: str, body: shapes.Why) -> shapes.FlagInfo:
    """Give an archived flag to clients again, as it was."""
    row = finding.flag(uow, flag_key)
    archiving.bring_back(uow, row, body.note)
    return flag_info(uow, row)


def flag_info(uow: UnitOfWork, row: Flag) -> shapes.FlagInfo:
    """A flag with what holds in each environment."""
    places, settings = environments.listed(uow), finding.settings(uow, row)
    held = [_shape(row, place, states.of_setting(settings.get(place.id))) for place in places]
    return shapes.FlagInfo(
        id=row.id, key=row.key, description=row.description, kind=row.kind, purpose=row.purpose,  # type: ignore[arg-type]  # words of the enums, checked when they were stored
        value_schema=row.value_schema, off_value=row.off_value, dependencies=row.dependencies,
        impression_data=row.impression_data, owner_id=row.owner_id, version=row.version, settings=held,
        created_at=row.created_at, changed_at=row.changed_at, archived_at=row.archived_at,
    )  # fmt: skip


def _fact(one: Fact) -> dict[str, Any]:
    told = {each.name: getattr(one, each.name) for each in fields(one)}
    return {"code": one.code} | {
        name: [_fact(part) if isinstance(part, Fact) else part for part in value] if isinstance(value, tuple) else value
        for name, value in told.items()
    }


def _setting(uow: UnitOfWork, row: Flag, place: FlagEnvironment) -> shapes.Setting:
    return _shape(row, place, changing.current(uow, row, place).state)


def _shape(row: Flag, place: FlagEnvironment, state: dict[str, object]) -> shapes.Setting:
    share = largest_share(state)
    return shapes.Setting.model_validate({**state, "environment": place.name, "percent": share, "version": row.version})


def _turned(uow: UnitOfWork, key: str, environment: str, body: shapes.Why, *, on: bool) -> shapes.Setting:
    row, place = finding.flag(uow, key), finding.environment(uow, environment)
    changing.turn(uow, row, place, on=on, note=body.note, seen=body.version)
    return _setting(uow, row, place)


def _about(body: shapes.NewFlag | shapes.FlagChange) -> About:
    return About(
        body.description, body.purpose, body.value_schema, body.off_value, body.dependencies, body.impression_data,
        body.owner_id,
    )  # fmt: skip


def _line(one: listing.Listed, places: Sequence[FlagEnvironment]) -> shapes.FlagLine:
    def held(place_id: UUID, name: str) -> shapes.Held:
        found = one.held.get(place_id, listing.Held(False, 0.0))
        return shapes.Held(environment=name, enabled=found.enabled, percent=found.percent)

    return shapes.FlagLine(
        key=one.row.key, description=one.row.description, kind=one.row.kind, purpose=one.row.purpose,  # type: ignore[arg-type]  # words of the enums, checked when they were stored
        version=one.row.version, environments=[held(place.id, place.name) for place in places],
        stale=one.stale.value if one.stale is not None else None, workflows=list(one.workflows),
        created_at=one.row.created_at, changed_at=one.row.changed_at, archived_at=one.row.archived_at,
    )  # fmt: skip
