"""What holds of all flags in one environment, as Unleash's libraries read it: rows in, bytes out.

Bytes are deterministic: the same rows give the same document, so that a difference of bytes is a difference of flags.
"""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import and_, select

from studio.accounts.models import Workspace
from studio.core.errors import Unavailable
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database, UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagSegment, FlagSetting

VERSION = 2
"""Of the form: with segments."""
TRIES = 5
SMALL = 1_024
"""Bytes below which compressing gains nothing."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What answers need to know of a flag beside its rules."""

    id: UUID
    kind: str
    off_value: Any


@dataclass(frozen=True, slots=True)
class Document:
    """All flags of one environment at one revision."""

    environment: str
    """Its name."""
    revision: int
    features: Mapping[str, bytes]
    """Each flag's part, by its key, in order."""
    segments: Mapping[int, bytes]
    """Those that strategies name, by number, in order."""
    facts: Mapping[str, Fact]
    body: bytes
    zipped: bytes | None
    """The same under gzip; None: it is too small to gain by it."""


def read(database: Database, workspace_id: UUID, environment_id: UUID) -> Document:
    """Build it as of one moment. Raises Unavailable where changes come faster than it can be read."""
    with database.unit(workspace_id, read_only=True) as uow:
        name, before = _revision(uow, environment_id)
        for _try in range(TRIES):
            flags, segments, slug = _flags(uow, environment_id), _segments(uow), _slug(uow)
            _same, after = _revision(uow, environment_id)
            if after == before:
                return assemble(name, after, slug, flags, segments)
            before = after
    raise Unavailable(_("The flags are being changed faster than they can be read. Ask again."))


def assemble(
    environment: str, revision: int, project: str, flags: Sequence[Any], segments: Mapping[int, Sequence[Any]]
) -> Document:
    """Put a document together. `flags`: rows as `_flags` reads them; `segments`: number → constraints. Pure."""
    found = [(row, feature(row, project)) for row in flags]
    named = sorted({number for _row, one in found for part in one["strategies"] for number in part.get("segments", ())})
    parts = {row.key: orjson.dumps(one) for row, one in found}
    shared = {number: _segment(number, segments[number]) for number in named if number in segments}
    body = b'{"version":%d,"features":[%b],"segments":[%b]}' % (
        VERSION, b",".join(parts.values()), b",".join(shared.values()),
    )  # fmt: skip
    zipped = gzip.compress(body, 6, mtime=0) if len(body) > SMALL else None
    facts = {row.key: Fact(row.id, row.kind, row.off_value) for row in flags}
    return Document(environment, revision, parts, shared, facts, body, zipped)


def feature(row: Any, project: str) -> dict[str, Any]:
    """One flag in Unleash's form. A flag without a setting is off; strategies that are switched off are not told."""
    told = row.strategies or []
    working = [
        {name: value for name, value in one.items() if name != "disabled"} for one in told if not one.get("disabled")
    ]
    return {
        "name": row.key,
        "type": row.purpose,
        "enabled": bool(row.enabled) and (bool(working) or not told),
        "project": project,
        "stale": False,
        "strategies": working,
        "variants": row.variants or [],
        "description": row.description,
        "impressionData": row.impression_data,
        "dependencies": row.dependencies,
    }


def _segment(number: int, constraints: Sequence[Any]) -> bytes:
    return orjson.dumps({"id": number, "name": f"segment-{number}", "constraints": constraints})


def _revision(uow: UnitOfWork, environment_id: UUID) -> tuple[str, int]:
    query = select(FlagEnvironment.name, FlagEnvironment.revision).where(FlagEnvironment.id == environment_id)
    name, revision = uow.session.execute(query).one()
    return name, revision


def _slug(uow: UnitOfWork) -> str:
    return uow.session.scalars(select(Workspace.slug).where(Workspace.id == uow.workspace)).one()


def _flags(uow: UnitOfWork, environment_id: UUID) -> Sequence[Any]:
    of_here = and_(FlagSetting.flag_id == Flag.id, FlagSetting.environment_id == environment_id)
    query = (
        select(
            Flag.id, Flag.key, Flag.kind, Flag.purpose, Flag.description, Flag.off_value, Flag.dependencies,
            Flag.impression_data, FlagSetting.enabled, FlagSetting.strategies, FlagSetting.variants,
        )
        .outerjoin(FlagSetting, of_here)
        .where(Flag.archived_at.is_(None))
        .order_by(Flag.key)
    )  # fmt: skip
    return uow.session.execute(query).all()


def _segments(uow: UnitOfWork) -> dict[int, Sequence[Any]]:
    """Archived ones too: only what no flag names may be archived, and what is named must be known."""
    rows = uow.session.execute(select(FlagSegment.number, FlagSegment.constraints).order_by(FlagSegment.number))
    return {row.number: row.constraints for row in rows}
