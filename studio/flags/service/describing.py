"""What is a flag's own and holds in all environments: its words, its purpose, its schema, what it depends on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from studio.accounts.service import members
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagVersion
from studio.flags.outcomes import Purpose
from studio.flags.service import checking, environments, finding, gating, limits, recording, states
from studio.flags.service.differing import differences
from studio.flags.service.sharing import largest_share

_SERVED = {"dependencies", "off_value", "archived"}
"""What changes the answers that clients give."""


@dataclass(frozen=True, slots=True)
class About:
    """All that is a flag's own and may change."""

    description: str = ""
    purpose: str = Purpose.RELEASE.value
    value_schema: Mapping[str, Any] | None = None
    off_value: Any = None
    dependencies: Sequence[Mapping[str, Any]] = ()
    """`{feature, enabled, variants}` each."""
    impression_data: bool = False
    owner_id: UUID | None = None


def current(row: Flag) -> About:
    """What holds now."""
    return About(
        row.description, row.purpose, row.value_schema, row.off_value, row.dependencies, row.impression_data,
        row.owner_id,
    )  # fmt: skip


def describe(
    uow: UnitOfWork, flag: Flag, wanted: About, note: str = "", *, seen: int | None = None,
    restored: int | None = None,
) -> FlagVersion | None:  # fmt: skip
    """Have it hold. None: it held already.

    Raises InvalidInput with a problem a field, Conflict for an archived flag and a stale edit; as Gates.require() where
    clients in production would see it.
    """
    words = finding.noted(note)
    finding.lock(uow, flag)
    places = environments.listed(uow)
    environments.lock(uow, places)  # two flags that would depend on one another come one after the other
    finding.unarchived(flag)
    finding.unseen(uow, flag, seen, None)
    before = states.of_flag(flag)
    with uow.session.no_autoflush:
        fill(uow, flag, wanted)
        settings = finding.settings(uow, flag)
        checking.flag(uow, flag, {one.title: settings[one.id] for one in places if one.id in settings})
    after = states.of_flag(flag)
    changes = differences(before, after)
    if not changes:
        return None
    if {one["field"].split(".")[0] for one in changes} & _SERVED:
        guard(uow, flag, {"flag": after})
    environments.bump(uow, places)
    action = "flag.restored" if restored is not None else "flag.changed"
    return recording.version(
        uow, flag, None, before=before, after=after, changes=changes, note=words, action=action, restored=restored
    )


def guard(uow: UnitOfWork, flag: Flag, payload: dict[str, Any]) -> None:
    """Ask the gate for each production environment in which the flag is on. Raises as Gates.require()."""
    settings = finding.settings(uow, flag)
    for place in environments.listed(uow):
        held = settings.get(place.id)
        if held is not None and held.enabled:
            gating.require(uow, flag, place, largest_share(states.of_setting(held)), payload)


def fill(uow: UnitOfWork, row: Flag, wanted: About) -> None:
    """Write it into the row, once its form is right. Raises InvalidInput."""
    if len(wanted.description) > limits.DESCRIPTION:
        said = _("A description has at most %(most)s characters.", most=limits.DESCRIPTION)
        raise InvalidInput(said, code="flag.description", field="description")
    if wanted.purpose not in list(Purpose):
        said = _("Choose what the flag is for.")
        raise InvalidInput(said, code="flag.purpose", field="purpose")
    if wanted.owner_id is not None and wanted.owner_id != row.owner_id and not _is_member(uow, wanted.owner_id):
        said = _("Nobody of this workspace has this id.")
        raise InvalidInput(said, code="flag.owner_unknown", field="owner_id")
    row.description, row.purpose = wanted.description.strip(), wanted.purpose
    row.value_schema = dict(wanted.value_schema) if wanted.value_schema is not None else None
    row.off_value, row.dependencies = wanted.off_value, _bonds(wanted.dependencies)
    row.impression_data, row.owner_id = wanted.impression_data, wanted.owner_id


def _bonds(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if len(given) > limits.DEPENDENCIES:
        said = _("A flag depends on at most %(most)s others.", most=limits.DEPENDENCIES)
        raise InvalidInput(said, code="flag.too_many", field="dependencies")
    found: list[dict[str, Any]] = []
    for at, one in enumerate(given):
        feature, variants = one.get("feature"), one.get("variants") or []
        if not isinstance(feature, str) or not feature or any(feature == known["feature"] for known in found):
            said = _("Name each flag that has to be on, once.")
            raise InvalidInput(said, code="flag.dependency", field=f"dependencies.{at}.feature")
        if not isinstance(variants, list) or not all(isinstance(name, str) for name in variants):
            said = _("Name variants by a list of texts.")
            raise InvalidInput(said, code="flag.dependency", field=f"dependencies.{at}.variants")
        found.append({"feature": feature, "enabled": one.get("enabled", True) is not False, "variants": variants})
    return found


def _is_member(uow: UnitOfWork, user_id: UUID) -> bool:
    return user_id in members.by_ids(uow, [user_id])
