"""These settings in versions: whoever changes one passes its protected target, by whatever door they come."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from studio import audit
from studio.contract import gates
from studio.contract.gates import Act
from studio.core import ids
from studio.core.errors import Conflict, FieldProblem, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardHold, ProtectedSetting
from studio.guard.service import holding
from studio.guard.settings.kinds import KINDS, MASKED, Setting, differences, masked

SHOWN = 50
"""Versions that a page lists."""


def kind_of(name: str) -> type[Setting]:
    """The kind of that name. Raises NotFound."""
    found = KINDS.get(name)
    if found is None:
        raise NotFound(_("There is no such setting."), resource=f"setting:{name}")
    return found


def newest(uow: UnitOfWork, kind: type[Setting]) -> ProtectedSetting | None:
    """The version that holds; None: it was never set."""
    return next(iter(versions(uow, kind, 1)), None)


def versions(uow: UnitOfWork, kind: type[Setting], most: int = SHOWN) -> list[ProtectedSetting]:
    """As it was, newest first."""
    query = select(ProtectedSetting).where(ProtectedSetting.kind == kind.kind)
    return list(uow.session.scalars(query.order_by(ProtectedSetting.version.desc()).limit(most)))


def read(row: ProtectedSetting) -> Setting:
    """A version as its kind."""
    return KINDS[row.kind].model_validate(row.body)


def shown(row: ProtectedSetting) -> dict[str, Any]:
    """A version as programs read it: account numbers show their last digits."""
    return {name: masked(str(value)) if name in MASKED else value for name, value in row.body.items()}


def parse(kind: type[Setting], sent: Mapping[str, Any], below: str = "") -> Setting:
    """What was sent, as the setting. Raises InvalidInput with the path of each field."""
    try:
        return kind.model_validate(sent)
    except ValidationError as error:
        problems = [
            FieldProblem(below + ".".join(map(str, one["loc"])), one["type"], one["msg"].removeprefix("Value error, "))
            for one in error.errors()
        ]
        raise InvalidInput(problems[0].message, problems=problems) from None


def change(uow: UnitOfWork, setting: Setting, seen: int) -> ProtectedSetting | None:
    """Set it, as the actor. `seen`: the version that was edited, 0 where there was none. None: nothing differs.

    Raises Conflict where it has changed since, and all that a gate raises: a proposal may be waiting for others then.
    """
    row = newest(uow, type(setting))
    _unchanged(row, seen)
    before = read(row) if row is not None else None
    if before == setting:
        return None
    gates.current().require(uow, act(setting, before, seen))
    return _write(uow, setting, before, seen, hold=None)


def act(setting: Setting, before: Setting | None, seen: int) -> Act:
    """The change as gates see it: bound to its content and to the version that it changes."""
    facts = setting.facts(before.stored() if before is not None else {})
    details = tuple((one.field, f"{one.before or '-'} → {one.after or '-'}") for one in differences(before, setting))
    payload = {"body": setting.stored(), "seen": seen}
    return Act(setting.target, setting.what(), payload, facts, details, subject=setting.kind)


def apply(uow: UnitOfWork, hold: GuardHold) -> None:
    """Do what was agreed to, in the deciding transaction. Raises Conflict where the setting has changed meanwhile."""
    kind = next(one for one in KINDS.values() if one.target == hold.target)
    setting, seen = kind.model_validate(hold.payload["body"]), int(hold.payload["seen"])
    row = newest(uow, kind)
    _unchanged(row, seen)
    _write(uow, setting, read(row) if row is not None else None, seen, hold=hold)


def join() -> None:
    """Say how changes that were agreed to are done. Called at the start of every process."""
    for kind in KINDS.values():
        holding.applies(kind.target, apply)


def _unchanged(row: ProtectedSetting | None, seen: int) -> None:
    if seen != (row.version if row is not None else 0):
        who = row.made_by_name if row is not None else ""
        said = _("%(who)s changed this since you opened it. Nothing was saved.", who=who)
        raise Conflict(said, code="setting_changed")


def _write(
    uow: UnitOfWork, setting: Setting, before: Setting | None, seen: int, *, hold: GuardHold | None
) -> ProtectedSetting:
    by = hold.asked_by if hold is not None else uow.actor.user_id
    name = hold.asked_by_name if hold is not None else uow.actor.name[:200]
    assert by is not None  # noqa: S101 - the gate lets nobody pass who is no person
    row = ProtectedSetting(
        id=ids.new_id(), kind=setting.kind, version=seen + 1, body=setting.stored(), made_at=uow.now, made_by=by,
        made_by_name=name, hold_id=hold.id if hold is not None else None,
    )  # fmt: skip
    try:
        with uow.part():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError:  # two had the same version before them; the other one was first
        raise Conflict(_("Somebody else changed this just now. Nothing was saved."), code="setting_changed") from None
    changes = [audit.Change(one.field, one.before, one.after, personal=True) for one in differences(before, setting)]
    about = [audit.Target("protected_setting", row.id, _(setting.title))]
    facts = {"version": row.version, "agreed": hold is not None}
    audit.record(uow, "protected_setting.changed", targets=about, changes=changes, metadata=facts)
    return row
