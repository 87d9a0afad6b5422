"""The one door by which what holds of a flag in an environment changes: for pages, API, steps, rollouts, studies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagSetting, FlagVersion
from studio.flags.service import checking, environments, finding, gating, owning, recording, states
from studio.flags.service.differing import differences
from studio.flags.service.sharing import largest_share


@dataclass(frozen=True, slots=True)
class Change:
    """What shall hold from now on: all of it, in Unleash's form."""

    enabled: bool
    strategies: Sequence[Mapping[str, Any]]
    variants: Sequence[Mapping[str, Any]]

    @property
    def state(self) -> dict[str, Any]:
        """As one document."""
        return {
            "enabled": self.enabled,
            "strategies": [dict(one) for one in self.strategies],
            "variants": [dict(one) for one in self.variants],
        }


def current(uow: UnitOfWork, flag: Flag, environment: FlagEnvironment) -> Change:
    """What holds there now."""
    state = states.of_setting(finding.setting(uow, flag, environment))
    return Change(state["enabled"], state["strategies"], state["variants"])


def change(
    uow: UnitOfWork,
    flag: Flag,
    environment: FlagEnvironment,
    wanted: Change,
    note: str = "",
    *,
    seen: int | None = None,
    restored: int | None = None,
    owner: str | None = None,
    gated: bool = True,
) -> FlagVersion | None:
    """Have it hold, from this transaction's commit on. None: it held already, and nothing was written.

    `seen`: the version that the edit was made from. `restored`: the version whose state it is. `owner`: the title of
    the strategy that whoever changes owns, see `owning`. `gated`: False for whoever has been judged before, as a run's
    step is. Raises InvalidInput with a problem a field; Conflict for an archived flag, a stale edit (`flag.changed`)
    and another's strategy (`flag.owned`); and as Gates.require() in production.
    """
    words = finding.noted(note)
    finding.lock(uow, flag)
    environments.lock(uow, [environment])
    finding.unarchived(flag)
    finding.unseen(uow, flag, seen, environment.id)
    row = finding.setting(uow, flag, environment)
    before = states.of_setting(row)
    after = checking.setting(uow, flag, wanted.state)
    changes = differences(before, after)
    if not changes:
        return None
    owning.check(uow, flag, environment, before, after, owner)
    if gated:
        gating.require(uow, flag, environment, largest_share(after), after)
    if row is None:
        row = FlagSetting(
            flag_id=flag.id, environment_id=environment.id, workspace_id=uow.workspace, changed_at=uow.now,
            changed_by=uow.actor.name[:200], **after,
        )  # fmt: skip
        uow.session.add(row)
    else:
        row.enabled, row.strategies, row.variants = after["enabled"], after["strategies"], after["variants"]
        row.changed_at, row.changed_by = uow.now, uow.actor.name[:200]
    environment.revision += 1
    action = "flag.setting_restored" if restored is not None else "flag.setting_changed"
    return recording.version(
        uow, flag, environment, before=before, after=after, changes=changes, note=words, action=action,
        restored=restored,
    )  # fmt: skip


def turn(
    uow: UnitOfWork,
    flag: Flag,
    environment: FlagEnvironment,
    *,
    on: bool,
    note: str = "",
    seen: int | None = None,
    gated: bool = True,
) -> FlagVersion | None:
    """On or off, for those whom its strategies mean. Returns and raises as change()."""
    finding.lock(uow, flag)
    held = current(uow, flag, environment)
    return change(uow, flag, environment, Change(on, held.strategies, held.variants), note, seen=seen, gated=gated)
