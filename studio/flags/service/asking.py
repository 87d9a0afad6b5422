"""What somebody would get of one flag, and why. Counts nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.flags.evaluation.compiled import Explanation, compile_state
from studio.flags.evaluation.context import flatten
from studio.flags.evaluation.values import value_of
from studio.flags.models import Flag, FlagEnvironment, FlagSegment, FlagSetting
from studio.flags.outcomes import Kind
from studio.flags.service import states


@dataclass(frozen=True, slots=True)
class Told:
    """An answer with its reasons."""

    explanation: Explanation
    kind: Kind
    off_value: Any

    @property
    def value(self) -> Any:
        """What code gets: of a flag that is off, its off value. Raises NoValue where a variant carries none."""
        if self.kind is Kind.BOOLEAN or self.explanation.enabled:
            return value_of(self.kind, self.explanation.variant)
        return self.off_value


def explain(uow: UnitOfWork, flag: Flag, environment: FlagEnvironment, context: Mapping[str, Any]) -> Told:
    """Ask for a flag as somebody. `context`: as clients send it, `{"userId", …, "properties": {…}}`.

    Reads the flag, those that it depends on, and the workspace's segments.
    """
    parents = [one["feature"] for one in flag.dependencies]
    found = uow.session.scalars(
        select(Flag).where(Flag.key.in_([flag.key, *parents]), Flag.archived_at.is_(None))
    ).all()
    query = select(FlagSetting).where(
        FlagSetting.environment_id == environment.id, FlagSetting.flag_id.in_([one.id for one in found])
    )
    settings = {one.flag_id: one for one in uow.session.scalars(query)}
    segments = uow.session.execute(select(FlagSegment.number, FlagSegment.constraints))
    state = {
        "version": 2,
        "features": [_feature(one, settings.get(one.id)) for one in found],
        "segments": [{"id": number, "constraints": constraints} for number, constraints in segments],
    }
    told = compile_state(state).explain(flag.key, flatten(context, now=uow.now))
    return Told(told, Kind(flag.kind), flag.off_value)


def _feature(flag: Flag, setting: FlagSetting | None) -> dict[str, Any]:
    return {"name": flag.key, "dependencies": flag.dependencies, **states.of_setting(setting)}
