"""A flag begins: a key that code asks for, and what it may give. It is off everywhere."""

import re
from typing import Any

from sqlalchemy import func, select

from studio.core import ids
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag
from studio.flags.outcomes import Kind
from studio.flags.service import checking, describing, environments, finding, limits, recording, states
from studio.flags.service.describing import About
from studio.flags.service.differing import differences

_KEY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._~-]{0,99}\Z")
_NOTHING: dict[str, Any] = {"string": "", "number": 0}


def create(
    uow: UnitOfWork, *, key: str, kind: str = Kind.BOOLEAN.value, about: About | None = None, note: str = ""
) -> Flag:
    """Version 1 of a flag. Raises InvalidInput with the field, Conflict for a key that is or was taken."""
    words = finding.noted(note)
    if not _KEY.match(key):
        said = _("A key begins with a letter or digit and holds letters, digits, “.”, “_”, “~” and “-”, at most 100.")
        raise InvalidInput(said, code="flag.key", field="key")
    if kind not in list(Kind):
        said = _("Choose what the flag gives: yes or no, a text, a number or JSON.")
        raise InvalidInput(said, code="flag.kind", field="kind")
    places = environments.ensure(uow)
    environments.lock(uow, places)
    if uow.session.scalar(select(Flag.id).where(Flag.key == key)) is not None:
        said = _("There is or was a flag of this key. Programs that still ask for it would get the new one.")
        raise Conflict(said, code="flag.taken", field="key")
    if (uow.session.scalar(select(func.count()).select_from(Flag)) or 0) >= limits.FLAGS:
        said = _("A workspace has at most %(most)s flags.", most=limits.FLAGS)
        raise Conflict(said, code="flag.many")
    row = _row(uow, key, kind)
    describing.fill(uow, row, _with_value(kind, about or About()))
    checking.flag(uow, row, {})
    uow.session.add(row)
    uow.session.flush()
    after = states.of_flag(row)
    environments.bump(uow, places)
    recording.version(
        uow, row, None, before={}, after=after, changes=differences({}, after), note=words, action="flag.created"
    )
    return row


def _row(uow: UnitOfWork, key: str, kind: str) -> Flag:
    return Flag(
        id=ids.new_id(), workspace_id=uow.workspace, key=key, kind=kind, version=0, created_at=uow.now,
        created_by=uow.actor.user_id, changed_at=uow.now, owner_id=None, archived_at=None,
    )  # fmt: skip


def _with_value(kind: str, about: About) -> About:
    """A text or a number that nobody has said is the empty one, so that each answer has a value."""
    if about.off_value is not None or kind not in _NOTHING:
        return about
    return About(
        about.description, about.purpose, about.value_schema, _NOTHING[kind], about.dependencies,
        about.impression_data, about.owner_id,
    )  # fmt: skip
