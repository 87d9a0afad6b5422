"""A flag that is done: clients no longer get it, its key stays taken, and it can be brought back."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.contract import references
from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagVersion
from studio.flags.service import checking, describing, environments, finding, owning, recording, states
from studio.flags.service.differing import differences

KIND = "flag"
"""Of references to flags."""


@dataclass(frozen=True, slots=True)
class Uses:
    """Who would miss a flag."""

    flags: Sequence[str]
    """Keys of those that depend on it."""
    workflows: Sequence[str]
    """Names of those that ask for it or set it, in their draft or published version."""


def uses(uow: UnitOfWork, flag: Flag) -> Uses:
    """All of them, sorted."""
    return Uses(checking.dependants(uow, flag.key), references.users(uow, KIND, flag.key))


def archive(
    uow: UnitOfWork, flag: Flag, note: str = "", *, seen: int | None = None, even_if_named: bool = False
) -> FlagVersion | None:
    """Take it from clients, in all environments. None: it was archived before.

    `even_if_named`: also where workflows name it; their steps take it as off from then on. Raises Conflict where flags
    depend on it (`flag.needed`), workflows name it (`flag.named`), a rollout runs (`flag.owned`) or the edit is stale.
    """
    words = finding.noted(note)
    places = _hold(uow, flag)
    if flag.archived_at is not None:
        return None
    finding.unseen(uow, flag, seen, None)
    found = uses(uow, flag)
    if found.flags:
        said = _("%(flags)s depend on it. Change them first.", flags=", ".join(found.flags))
        raise Conflict(said, code="flag.needed", resource=f"flag:{flag.key}")
    if any(owning.titles(uow, flag, place) for place in places):
        said = _("A rollout or an experiment of it runs. End that first.")
        raise Conflict(said, code="flag.owned", resource=f"flag:{flag.key}")
    if found.workflows and not even_if_named:
        said = _("Workflows name it: %(names)s. Their steps would take it as off.", names=", ".join(found.workflows))
        raise Conflict(said, code="flag.named", resource=f"flag:{flag.key}")
    describing.guard(uow, flag, {"do": "archive"})
    return _move(uow, flag, archived=True, note=words)


def bring_back(uow: UnitOfWork, flag: Flag, note: str = "") -> FlagVersion | None:
    """Give it to clients again, as it was. None: it was there. Raises InvalidInput where what it names is gone."""
    words = finding.noted(note)
    places = _hold(uow, flag)
    if flag.archived_at is None:
        return None
    settings = finding.settings(uow, flag)
    checking.flag(uow, flag, {one.title: settings[one.id] for one in places if one.id in settings})
    for one in settings.values():
        checking.setting(uow, flag, states.of_setting(one))
    describing.guard(uow, flag, {"do": "bring back"})
    return _move(uow, flag, archived=False, note=words)


def _hold(uow: UnitOfWork, flag: Flag) -> Sequence[FlagEnvironment]:
    finding.lock(uow, flag)
    places = environments.listed(uow)
    environments.lock(uow, places)
    return places


def _move(uow: UnitOfWork, flag: Flag, *, archived: bool, note: str) -> FlagVersion:
    before = states.of_flag(flag)
    flag.archived_at = uow.now if archived else None
    after = states.of_flag(flag)
    environments.bump(uow, environments.listed(uow))
    return recording.version(
        uow, flag, None, before=before, after=after, changes=differences(before, after), note=note,
        action="flag.archived" if archived else "flag.brought_back",
    )  # fmt: skip
