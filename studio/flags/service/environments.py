"""Environments: the places in which flags are evaluated."""

import re
from collections.abc import Callable, Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from studio import audit
from studio.core import ids
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagClientKey, FlagEnvironment
from studio.flags.outcomes import EnvironmentKind
from studio.flags.service import limits

FIRST = (
    ("production", "Production", EnvironmentKind.PRODUCTION),
    ("development", "Development", EnvironmentKind.DEVELOPMENT),
)
"""Made with the first flag of a workspace."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}\Z")

Holder = Callable[[UnitOfWork, FlagEnvironment], str | None]
"""Why an environment cannot go, in a sentence; None: for all it knows it can."""
_holders: dict[str, Holder] = {}


def hold(name: str, why: Holder) -> None:
    """Have somebody asked before an environment is retired. Called at the start of every process."""
    _holders[name] = why


def listed(uow: UnitOfWork, *, retired: bool = False) -> Sequence[FlagEnvironment]:
    """In the order in which pages show them. `retired`: those as well that are no more."""
    query = select(FlagEnvironment)
    if not retired:
        query = query.where(FlagEnvironment.retired_at.is_(None))
    return uow.session.scalars(query.order_by(FlagEnvironment.position, FlagEnvironment.id)).all()


def ensure(uow: UnitOfWork) -> Sequence[FlagEnvironment]:
    """Those of the workspace; where it has none yet, production and development are made."""
    if not listed(uow, retired=True):
        try:
            with uow.part():
                for name, title, kind in FIRST:
                    _make(uow, name, title, kind)
        except IntegrityError:  # two first flags at once: the other one made them
            uow.session.expire_all()
    return listed(uow)


def add(uow: UnitOfWork, *, name: str, title: str, kind: str) -> FlagEnvironment:
    """Another one, at the end. Raises InvalidInput with the field, Conflict for a name that is or was taken."""
    ensure(uow)
    if not _NAME.match(name):
        said = _("A name holds small letters, digits and “-”, at most 60: it is part of keys and addresses.")
        raise InvalidInput(said, code="flag.environment_name", field="name")
    if kind not in list(EnvironmentKind):
        said = _("Choose “production”, “staging” or “development”.")
        raise InvalidInput(said, code="flag.environment_kind", field="kind")
    words = _titled(title or name)
    if uow.session.scalar(select(FlagEnvironment.id).where(FlagEnvironment.name == name)) is not None:
        said = _("There is or was an environment of this name.")
        raise Conflict(said, code="flag.environment_taken", field="name")
    if len(listed(uow)) >= limits.ENVIRONMENTS:
        said = _("A workspace has at most %(most)s environments.", most=limits.ENVIRONMENTS)
        raise Conflict(said, code="flag.environments_many")
    return _make(uow, name, words, EnvironmentKind(kind))


def rename(uow: UnitOfWork, row: FlagEnvironment, title: str) -> None:
    """What people read; its name never changes. Raises InvalidInput."""
    words = _titled(title)
    if words != row.title:
        before, row.title = row.title, words
        _record(uow, "flag_environment.changed", row, {"title": (before, words)})


def order(uow: UnitOfWork, names: Sequence[str]) -> None:
    """In which order pages show them. Raises InvalidInput unless each is named once."""
    rows = {row.name: row for row in listed(uow)}
    if sorted(names) != sorted(rows):
        said = _("Name each environment once: %(names)s.", names=", ".join(rows))
        raise InvalidInput(said, code="flag.environment_order", field="names")
    for position, name in enumerate(names):
        rows[name].position = position


def retire(uow: UnitOfWork, row: FlagEnvironment) -> None:
    """No client may ask for it any longer; history stays. Raises Conflict while something hangs on it."""
    lock(uow, [row])
    if row.retired_at is not None:
        return
    alive = select(func.count()).where(FlagClientKey.environment_id == row.id, FlagClientKey.revoked_at.is_(None))
    if uow.session.scalar(alive.select_from(FlagClientKey)):
        said = _("Client keys open it still. Revoke them first: programs would lose their flags.")
        raise Conflict(said, code="flag.environment_keys", resource=f"flag_environment:{row.name}")
    for why in _holders.values():
        reason = why(uow, row)
        if reason:
            raise Conflict(reason, code="flag.environment_held", resource=f"flag_environment:{row.name}")
    if len(listed(uow)) == 1:
        said = _("This is the last environment. Add another one first.")
        raise Conflict(said, code="flag.environment_last", resource=f"flag_environment:{row.name}")
    row.retired_at = uow.now
    row.revision += 1
    _record(uow, "flag_environment.retired", row)


def lock(uow: UnitOfWork, rows: Sequence[FlagEnvironment]) -> None:
    """Let no other change come between, whatever is looked at next; always in one order."""
    uow.session.flush()
    for row in sorted(rows, key=lambda one: one.id):
        uow.session.refresh(row, with_for_update=True)


def bump(uow: UnitOfWork, rows: Sequence[FlagEnvironment]) -> None:
    """Have clients of these told, in the transaction of what they would see. Raises nothing; takes the rows' locks."""
    lock(uow, rows)
    for row in rows:
        row.revision += 1
    uow.session.flush()


def _make(uow: UnitOfWork, name: str, title: str, kind: EnvironmentKind) -> FlagEnvironment:
    newest = uow.session.scalar(select(func.max(FlagEnvironment.position)))
    row = FlagEnvironment(
        id=ids.new_id(), workspace_id=uow.workspace, name=name, title=title, kind=kind.value,
        position=0 if newest is None else newest + 1, revision=1, created_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    _record(uow, "flag_environment.added", row)
    return row


def _record(
    uow: UnitOfWork, action: str, row: FlagEnvironment, changes: dict[str, tuple[str, str]] | None = None
) -> None:
    target = audit.Target("flag_environment", str(row.id), row.title)
    audit.record(uow, action, targets=[target], changes=changes or {}, metadata={"name": row.name, "kind": row.kind})


def _titled(title: str) -> str:
    words = " ".join(title.split())
    if not words or len(words) > 80:
        said = _("Give it a name of at most 80 characters.")
        raise InvalidInput(said, code="flag.environment_title", field="title")
    return words
