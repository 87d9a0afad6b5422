"""Flags, environments and what holds of one in the other, by the names that people and programs use."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagSetting, FlagVersion
from studio.flags.service import limits


def flag(uow: UnitOfWork, key: str) -> Flag:
    """By its key, archived ones as well. Raises NotFound."""
    row = uow.session.scalar(select(Flag).where(Flag.key == key[:200]))
    if row is None:
        said = _("There is no flag “%(key)s” in this workspace.", key=key[:100])
        raise NotFound(said, resource=f"flag:{key[:100]}")
    return row


def environment(uow: UnitOfWork, name: str) -> FlagEnvironment:
    """By its name. Raises NotFound where there is none, or it was retired."""
    row = uow.session.scalar(select(FlagEnvironment).where(FlagEnvironment.name == name[:200]))
    if row is None or row.retired_at is not None:
        said = _("There is no environment “%(name)s” for flags.", name=name[:60])
        raise NotFound(said, resource=f"flag_environment:{name[:60]}")
    return row


def setting(uow: UnitOfWork, row: Flag, place: FlagEnvironment) -> FlagSetting | None:
    """What was set there, as it is now; None: nothing yet."""
    query = select(FlagSetting).where(FlagSetting.flag_id == row.id, FlagSetting.environment_id == place.id)
    return uow.session.scalar(query.execution_options(populate_existing=True))


def settings(uow: UnitOfWork, row: Flag) -> dict[UUID, FlagSetting]:
    """All that was set, by the environment's id."""
    query = select(FlagSetting).where(FlagSetting.flag_id == row.id)
    found = uow.session.scalars(query.execution_options(populate_existing=True))
    return {one.environment_id: one for one in found}


def version(uow: UnitOfWork, row: Flag, number: int) -> FlagVersion:
    """One version. Raises NotFound."""
    query = select(FlagVersion).where(FlagVersion.flag_id == row.id, FlagVersion.number == number)
    found = uow.session.scalar(query)
    if found is None:
        raise NotFound(_("The flag has no version %(number)s.", number=number))
    return found


def versions(
    uow: UnitOfWork, row: Flag, *, environment_id: UUID | None = None, before: int | None = None, limit: int = 50
) -> Sequence[FlagVersion]:
    """Newest first. `environment_id`: of that environment and of the flag itself; `before`: older than that number."""
    query = select(FlagVersion).where(FlagVersion.flag_id == row.id)
    if environment_id is not None:
        query = query.where(FlagVersion.environment_id.is_(None) | (FlagVersion.environment_id == environment_id))
    if before is not None:
        query = query.where(FlagVersion.number < before)
    return uow.session.scalars(query.order_by(FlagVersion.number.desc()).limit(limit)).all()


def lock(uow: UnitOfWork, row: Flag) -> None:
    """Let nobody else change it until this unit ends; its values are of this moment."""
    uow.session.flush()
    uow.session.refresh(row, with_for_update=True)


def unarchived(row: Flag) -> None:
    """Raise Conflict for one that was archived."""
    if row.archived_at is not None:
        said = _("“%(key)s” is archived. Bring it back first.", key=row.key)
        raise Conflict(said, code="flag.archived", resource=f"flag:{row.key}")


def unseen(uow: UnitOfWork, row: Flag, seen: int | None, environment_id: UUID | None) -> None:
    """Raise Conflict where somebody has changed the same since version `seen`; other environments do not count."""
    if seen is None:
        return
    query = select(FlagVersion).where(FlagVersion.flag_id == row.id, FlagVersion.number > seen)
    if environment_id is not None:
        query = query.where(FlagVersion.environment_id.is_(None) | (FlagVersion.environment_id == environment_id))
    newer = uow.session.scalar(query.order_by(FlagVersion.number.desc()).limit(1))
    if newer is not None:
        said = _("%(who)s changed this flag since you opened it: it is at version %(number)s. Nothing was saved.",
                 who=newer.cause, number=newer.number)  # fmt: skip
        raise Conflict(said, code="flag.changed", resource=f"flag:{row.key}")


def noted(note: str) -> str:
    """Why, in one line of text that a version can keep. Raises InvalidInput."""
    words = note.strip()
    if len(words) > limits.NOTE:
        said = _("Say why in at most %(most)s characters.", most=limits.NOTE)
        raise InvalidInput(said, code="flag.note", field="note")
    return words
