"""How a rollout moves the flag: one strategy of the setting, which it alone changes."""

from typing import Any

from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagRollout
from studio.flags.rollouts.rows import title_of
from studio.flags.service import changing
from studio.flags.service.changing import Change

_BROAD = {"default", "flexibleRollout"}


def refuse_broad(held: Change) -> None:
    """Raise Conflict where others than the rollout's have the flag already: then no share is the rollout's."""
    broad = [
        one for one in held.strategies
        if one["name"] in _BROAD and not (one.get("disabled") or one.get("constraints") or one.get("segments"))
        and (one.get("parameters") or {}).get("rollout") != "0"
    ]  # fmt: skip
    if broad or (held.enabled and not held.strategies):
        said = _("Other rules give the flag to everybody or to a share of all. Take them away or narrow them first.")
        raise Conflict(said, code="rollout.already_on", field="strategies")


def strategy(row: FlagRollout, share: float) -> dict[str, Any]:
    """The rule that gives the flag to a share of those whom the rollout means; at 100 per cent to all of them."""
    audience = row.audience
    rule: dict[str, Any] = {"name": "default"}
    if share < 100:
        parameters = {"rollout": str(round(share)), "stickiness": audience["stickiness"], "groupId": title_of(row)}
        rule = {"name": "flexibleRollout", "parameters": parameters}
    named = {"title": title_of(row), "constraints": audience["constraints"], "segments": audience["segments"]}
    return rule | {key: value for key, value in named.items() if value}


def put(uow: UnitOfWork, flag: Flag, place: FlagEnvironment, row: FlagRollout, share: float, note: str) -> None:
    """Give it to so many, at once."""
    held = changing.current(uow, flag, place)
    ours, kept = strategy(row, share), _others(held, row)
    wanted = Change(True, [*kept, ours], held.variants)
    changing.change(uow, flag, place, wanted, note, owner=title_of(row), gated=False)


def take_back(uow: UnitOfWork, flag: Flag, place: FlagEnvironment, row: FlagRollout, note: str) -> None:
    """What held before the rollout holds again; what others changed meanwhile of their own rules stays."""
    held = changing.current(uow, flag, place)
    kept = _others(held, row)
    was_on = bool((row.before or {}).get("enabled"))
    # A setting that is on without any rule is on for everybody: the opposite of taking back.
    wanted = Change(held.enabled and was_on and bool(kept), kept, held.variants)
    changing.change(uow, flag, place, wanted, note, owner=title_of(row), gated=False)


def _others(held: Change, row: FlagRollout) -> list[dict[str, Any]]:
    return [dict(one) for one in held.strategies if one.get("title") != title_of(row)]
