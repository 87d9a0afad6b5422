"""Versions of flags: what was changed, by whom and why, and the way back."""

from collections.abc import Mapping
from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.resources.flags import ONE, TAG, flag_info
from studio.api.v1.shapes import flags as shapes
from studio.api.v1.shapes.common import ListOf, cursor_number
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagVersion
from studio.flags.service import environments, finding, restoring

VERSIONS = f"{ONE}/versions"
NUMBERED = f"{VERSIONS}/<number>"


@operation("GET", VERSIONS, tag=TAG, needs="flag.read", query=shapes.FlagVersions,
           answer=ListOf[shapes.FlagVersionInfo])  # fmt: skip
def list_flag_versions(uow: UnitOfWork, flag_key: str, query: shapes.FlagVersions) -> ListOf[shapes.FlagVersionInfo]:
    """A flag's versions, newest first, each with what differs from the one before."""
    row = finding.flag(uow, flag_key)
    place = finding.environment(uow, query.environment).id if query.environment else None
    found = finding.versions(uow, row, environment_id=place, before=cursor_number(query.cursor), limit=query.limit + 1)
    page, names = found[: query.limit], _names(uow)
    return ListOf[shapes.FlagVersionInfo](
        data=[shapes.FlagVersionInfo.model_validate(_told(one, names)) for one in page],
        next_cursor=str(page[-1].number) if len(found) > query.limit else None,
    )


@operation("GET", NUMBERED, tag=TAG, needs="flag.read", answer=shapes.FlagVersionState)
def get_flag_version(uow: UnitOfWork, flag_key: str, number: str) -> shapes.FlagVersionState:
    """One version with all that held after it."""
    found = finding.version(uow, finding.flag(uow, flag_key), numbered(number))
    return shapes.FlagVersionState.model_validate({**_told(found, _names(uow)), "state": found.state})


@operation("POST", f"{NUMBERED}/restore", tag=TAG, needs="flag.edit", body=shapes.Why, answer=shapes.FlagInfo,
           conflicts=True)  # fmt: skip
def restore_flag_version(uow: UnitOfWork, flag_key: str, number: str, body: shapes.Why) -> shapes.FlagInfo:
    """Have hold again what held after an old version, as a new one. In production this is a protected action."""
    row = finding.flag(uow, flag_key)
    restoring.restore(uow, row, numbered(number), body.note, seen=body.version)
    return flag_info(uow, row)


def numbered(number: str) -> int:
    """The number in an address. Raises NotFound."""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound(_("There is no version %(number)s.", number=number[:20]))
    return int(number)


def _names(uow: UnitOfWork) -> dict[UUID, str]:
    return {one.id: one.name for one in environments.listed(uow, retired=True)}


def _told(row: FlagVersion, names: Mapping[UUID, str]) -> dict[str, object]:
    return {
        "number": row.number, "environment": names.get(row.environment_id) if row.environment_id else None,
        "changes": row.changes, "note": row.note, "restored": row.restored, "cause": row.cause, "run_id": row.run_id,
        "at": row.at,
    }  # fmt: skip
