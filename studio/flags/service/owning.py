"""Strategies that something else moves while it runs: a rollout's, an experiment's. Whoever runs them says so here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment
from studio.flags.service.differing import same

Owned = Callable[[UnitOfWork, Flag, FlagEnvironment], Iterable[str]]
"""The titles of the strategies that are owned now."""
_owners: dict[str, Owned] = {}


def register(name: str, owned: Owned) -> None:
    """Say whose strategies are owned. Called at the start of every process."""
    _owners[name] = owned


def titles(uow: UnitOfWork, flag: Flag, environment: FlagEnvironment) -> set[str]:
    """Titles of strategies that nobody else may change now."""
    return {title for owned in _owners.values() for title in owned(uow, flag, environment)}


def check(
    uow: UnitOfWork, flag: Flag, environment: FlagEnvironment, before: Mapping[str, Any], after: Mapping[str, Any],
    owner: str | None,
) -> None:  # fmt: skip
    """Raise Conflict where somebody else's strategy would change. `owner`: the title that whoever changes owns."""
    for title in titles(uow, flag, environment) - {owner}:
        if not same(_titled(before["strategies"], title), _titled(after["strategies"], title)):
            said = _(
                "A rollout or an experiment that runs now moves this strategy. Change it there, or turn the flag off."
            )
            raise Conflict(said, code="flag.owned", field="strategies", resource=title)


def _titled(strategies: Sequence[Mapping[str, Any]], title: str) -> list[Mapping[str, Any]]:
    return [one for one in strategies if one.get("title") == title]
