"""Segments: constraints with a name, which many flags share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, func, select

from studio.core import ids
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagSegment, FlagSegmentVersion, FlagSetting
from studio.flags.service import checking, environments, finding, gating, limits, recording, states
from studio.flags.service.differing import differences
from studio.flags.service.sharing import largest_share


@dataclass(frozen=True, slots=True)
class Use:
    """One flag whose strategy means a segment, in one environment."""

    flag: Flag
    environment: FlagEnvironment
    setting: FlagSetting


def listed(uow: UnitOfWork, *, archived: bool = False) -> Sequence[FlagSegment]:
    """By name; at most limits.SEGMENTS, and the archived ones beside."""
    query = select(FlagSegment)
    if not archived:
        query = query.where(FlagSegment.archived_at.is_(None))
    return uow.session.scalars(query.order_by(FlagSegment.name, FlagSegment.id)).all()


def one(uow: UnitOfWork, number: int) -> FlagSegment:
    """By the number that clients know it by. Raises NotFound."""
    row = uow.session.scalar(select(FlagSegment).where(FlagSegment.number == number))
    if row is None:
        raise NotFound(_("There is no segment number %(number)s.", number=number))
    return row


def named(uow: UnitOfWork, name: str) -> FlagSegment:
    """By its name. Raises NotFound."""
    row = uow.session.scalar(select(FlagSegment).where(FlagSegment.name == name[:200]))
    if row is None:
        raise NotFound(_("There is no segment “%(name)s”.", name=name[:100]))
    return row


def used_by(uow: UnitOfWork, numbers: Iterable[int]) -> dict[int, list[Use]]:
    """Whose strategies name them, by the segment's number; archived flags and retired environments left out."""
    found: dict[int, list[Use]] = {number: [] for number in numbers}
    query = select(Flag, FlagEnvironment, FlagSetting)
    query = query.join(FlagSetting, FlagSetting.flag_id == Flag.id)
    query = query.join(FlagEnvironment, FlagEnvironment.id == FlagSetting.environment_id)
    query = query.where(Flag.archived_at.is_(None), FlagEnvironment.retired_at.is_(None))
    query = query.where(cast(FlagSetting.strategies, Text).contains('"segments"'))
    for flag, place, setting in uow.session.execute(query.order_by(Flag.key, FlagEnvironment.position)):
        for number in {one for strategy in setting.strategies for one in strategy.get("segments") or ()}:
            if number in found:
                found[number].append(Use(flag, place, setting))
    return found


def create(
    uow: UnitOfWork, *, name: str, description: str = "", constraints: Sequence[Mapping[str, Any]] = (), note: str = ""
) -> FlagSegment:
    """Version 1 of a segment. Raises InvalidInput with a problem a field, Conflict for a name that is taken."""
    words = finding.noted(note)
    environments.lock(uow, environments.ensure(uow))
    if (uow.session.scalar(select(func.count()).select_from(FlagSegment)) or 0) >= limits.SEGMENTS:
        said = _("A workspace has at most %(most)s segments.", most=limits.SEGMENTS)
        raise Conflict(said, code="flag.segments_many")
    newest = uow.session.scalar(select(func.max(FlagSegment.number))) or 0
    row = FlagSegment(
        id=ids.new_id(), workspace_id=uow.workspace, number=newest + 1, name="", description="", constraints=[],
        version=0, created_at=uow.now, changed_at=uow.now, changed_by=uow.actor.name[:200], archived_at=None,
    )  # fmt: skip
    _fill(uow, row, name, description, constraints)
    uow.session.add(row)
    uow.session.flush()
    after = states.of_segment(row)
    environments.bump(uow, environments.listed(uow))
    recording.segment_version(uow, row, after=after, changes=differences({}, after), note=words,
                              action="flag_segment.created")  # fmt: skip
    return row


def change(
    uow: UnitOfWork, row: FlagSegment, *, name: str, description: str, constraints: Sequence[Mapping[str, Any]],
    note: str = "", seen: int | None = None, restored: int | None = None, gated: bool = True,
) -> FlagSegmentVersion | None:  # fmt: skip
    """Have all flags that name it mean others. None: it held already.

    Raises as create(), Conflict for a stale edit and an archived one; as Gates.require() where a flag that is on in
    production names it.
    """
    words = finding.noted(note)
    places = _hold(uow, row)
    _alive(row)
    _unseen(row, seen)
    before = states.of_segment(row)
    with uow.session.no_autoflush:
        _fill(uow, row, name, description, constraints)
    after = states.of_segment(row)
    changes = differences(before, after)
    if not changes:
        return None
    if gated and before["constraints"] != after["constraints"]:
        _guard(uow, row, after)
    environments.bump(uow, places)
    action = "flag_segment.restored" if restored is not None else "flag_segment.changed"
    return recording.segment_version(uow, row, after=after, changes=changes, note=words, action=action,
                                     restored=restored)  # fmt: skip


def restore(
    uow: UnitOfWork, row: FlagSegment, number: int, note: str = "", *, seen: int | None = None
) -> FlagSegmentVersion | None:
    """Write what version `number` said as a new version. Raises NotFound, and as change()."""
    found = select(FlagSegmentVersion).where(FlagSegmentVersion.segment_id == row.id)
    old = uow.session.scalar(found.where(FlagSegmentVersion.number == number))
    if old is None:
        said = _("The segment has no version %(number)s.", number=number)
        raise NotFound(said)
    state = old.state
    return change(
        uow, row, name=state["name"], description=state["description"], constraints=state["constraints"], note=note,
        seen=seen, restored=number,
    )  # fmt: skip


def archive(uow: UnitOfWork, row: FlagSegment, note: str = "", *, seen: int | None = None) -> FlagSegmentVersion | None:
    """Take it away. None: it was archived before. Raises Conflict while a flag names it, or for a stale edit."""
    words = finding.noted(note)
    _hold(uow, row)
    if row.archived_at is not None:
        return None
    _unseen(row, seen)
    users = sorted({use.flag.key for use in used_by(uow, [row.number])[row.number]})
    if users:
        said = _("Flags mean it: %(flags)s. Change them first.", flags=", ".join(users[:20]))
        raise Conflict(said, code="flag.segment_used", resource=f"flag_segment:{row.number}")
    return _move(uow, row, archived=True, note=words)


def bring_back(uow: UnitOfWork, row: FlagSegment, note: str = "") -> FlagSegmentVersion | None:
    """Have it be there again, as it was. None: it was there."""
    words = finding.noted(note)
    _hold(uow, row)
    return _move(uow, row, archived=False, note=words) if row.archived_at is not None else None


def versions(
    uow: UnitOfWork, row: FlagSegment, *, before: int | None = None, limit: int = 50
) -> Sequence[FlagSegmentVersion]:
    """Newest first. `before`: older than that number."""
    query = select(FlagSegmentVersion).where(FlagSegmentVersion.segment_id == row.id)
    if before is not None:
        query = query.where(FlagSegmentVersion.number < before)
    return uow.session.scalars(query.order_by(FlagSegmentVersion.number.desc()).limit(limit)).all()


def _hold(uow: UnitOfWork, row: FlagSegment) -> Sequence[FlagEnvironment]:
    places = environments.listed(uow)
    environments.lock(uow, places)
    uow.session.refresh(row, with_for_update=True)
    return places


def _move(uow: UnitOfWork, row: FlagSegment, *, archived: bool, note: str) -> FlagSegmentVersion:
    before = states.of_segment(row)
    row.archived_at = uow.now if archived else None
    after = states.of_segment(row)
    environments.bump(uow, environments.listed(uow))
    action = "flag_segment.archived" if archived else "flag_segment.brought_back"
    return recording.segment_version(uow, row, after=after, changes=differences(before, after), note=note,
                                     action=action)  # fmt: skip


def _guard(uow: UnitOfWork, row: FlagSegment, after: Mapping[str, Any]) -> None:
    """Each flag that is on in production and means it is asked for by its own name: policies may be about one flag."""
    for use in used_by(uow, [row.number])[row.number]:
        if use.setting.enabled:
            share = largest_share(states.of_setting(use.setting))
            gating.require(uow, use.flag, use.environment, share, {"segment": row.number, "after": dict(after)})


def _fill(
    uow: UnitOfWork, row: FlagSegment, name: str, description: str, constraints: Sequence[Mapping[str, Any]]
) -> None:
    words = " ".join(name.split())
    if not words or len(words) > 100:
        said = _("Give it a name of at most 100 characters.")
        raise InvalidInput(said, code="flag.segment_name", field="name")
    if len(description) > limits.DESCRIPTION:
        said = _("A description has at most %(most)s characters.", most=limits.DESCRIPTION)
        raise InvalidInput(said, code="flag.description", field="description")
    query = select(FlagSegment.id).where(FlagSegment.name == words, FlagSegment.id != row.id)
    if uow.session.scalar(query) is not None:
        raise Conflict(_("There is a segment of this name."), code="flag.segment_taken", field="name")
    kept = checking.constraints(constraints)
    row.name, row.description, row.constraints = words, description.strip(), kept


def _alive(row: FlagSegment) -> None:
    if row.archived_at is not None:
        said = _("“%(name)s” is archived. Bring it back first.", name=row.name)
        raise Conflict(said, code="flag.archived", resource=f"flag_segment:{row.number}")


def _unseen(row: FlagSegment, seen: int | None) -> None:
    if seen is not None and seen != row.version:
        said = _("%(who)s changed this segment since you opened it: it is at version %(number)s. Nothing was saved.",
                 who=row.changed_by, number=row.version)  # fmt: skip
        raise Conflict(said, code="flag.changed", resource=f"flag_segment:{row.number}")
