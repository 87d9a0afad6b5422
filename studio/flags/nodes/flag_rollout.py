"""A flag given to more and more people by a run, which waits for how that ends."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from studio.contract.node import Context, Done, Effect, Fail, Kind, Signal, Wait
from studio.contract.references import Reference
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.flags import fields, steps
from studio.flags.models import Flag, FlagEnvironment, FlagRollout
from studio.flags.ramps.states import State, Verb
from studio.flags.rollouts import driving, planning, rows, telling, waiting

_OVER = {State.COMPLETED: "completed", State.ROLLED_BACK: "rolled_back"}


class RollOut(fields.Protected):
    """Give a feature flag to more and more people, guarded, and wait until everybody has it or it was taken back.

    Each step has a group of the same size that does not have it to compare with: a guardrail that breaks takes the
    flag back by itself. In production it is a protected action, asked once for the whole plan. Where the run ends
    before it, the rollout is paused.
    """

    key = "flag.rollout"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Roll a flag out"
    icon = "flag"
    patient = True
    ports = ("completed", "rolled_back", "held")
    port_names = {"completed": "completed", "rolled_back": "rolled back", "held": "held"}
    sample = telling.SAMPLE
    output_schema = telling.SCHEMA

    class Config(steps.Rolling):
        """Which flag, to whom, and what guards it."""

    @classmethod
    def ports_of(cls, config: Mapping[str, Any]) -> tuple[str, ...]:
        return ("rolled_back",) if config.get("do") == "roll_back" else cls.ports

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        flag, do = str(config.get("flag") or ""), config.get("do") or "start"
        shares = [one.get("share") for one in _rows(config.get("steps"))]
        said = {"resume": _("let it go on"), "roll_back": _("take it back")}.get(
            str(do), " → ".join(f"{one:g}" for one in shares if isinstance(one, int | float))
        )
        return " · ".join(part for part in (flag, said) if part)

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        return steps.references(config)

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        if config.get("do") != "roll_back":
            return cls.sample
        return {**cls.sample, "state": "rolled_back", "share": 0.0}

    @classmethod
    def percent_of(cls, config: Mapping[str, Any]) -> float:
        if config.get("do") == "roll_back":
            return 0.0
        shares = [one.get("share") for one in _rows(config.get("steps"))]
        known = [float(one) for one in shares if isinstance(one, int | float)]
        return max(known) if known and config.get("do", "start") == "start" else 100.0

    def start(self, ctx: Context, config: Config) -> Done | Wait | Fail:
        """Begin it, or take up the open one, together with this step."""
        try:
            flag, place = fields.found(ctx, config.flag, config.environment)
            if refused := self.ungated(place, config.environment):
                return refused
            if config.do == "start":
                return self._wait(ctx, _begin(ctx, config, flag, place), flag, place)
            row = rows.opened(ctx.unit, flag, place)
            if row is None:
                said = _("No rollout of %(flag)s is open in %(place)s.", flag=flag.key, place=place.title)
                return Fail("rollout.none", said, field="config.do")
            if config.do == "roll_back":
                driving.act(ctx.unit, row, Verb.ROLL_BACK, config.note, gated=False)
                return _done(ctx, row, flag, place)
            return self._wait(ctx, _resume(ctx, config, row), flag, place)
        except (NotFound, InvalidInput, Conflict) as error:
            path = error.field or next((one.path for one in error.problems), None)
            return Fail(error.code, error.message, field=steps.where(path))

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done | Wait | Fail:
        """Go on where it has ended or is held long enough; whatever woke the run, what holds now counts."""
        del signal
        try:
            row, flag, place = waiting.at(ctx.unit, ctx.waited)
        except NotFound as error:
            return Fail(error.code, error.message)
        state = State(row.state)
        due_at: datetime | None = None
        if state is State.HELD:
            due_at = waiting.patience_ends(ctx.unit, row, config.held_for_s)
        row.wait_id = None
        if state in _OVER or (due_at is not None and due_at <= ctx.now):
            return _done(ctx, row, flag, place)
        waiting.take_up(row, ctx.run.id, ctx.new_wait())
        return self._wait(ctx, row, flag, place, due_at)

    def simulate(self, ctx: Context, config: Config) -> Done:
        """As if all had gone well; nobody is given anything."""
        del ctx
        last, state = len(config.steps), "rolled_back" if config.do == "roll_back" else "completed"
        reached = config.steps[-1].share if config.do == "start" else 100.0
        said = _("Simulated: nobody was given %(flag)s", flag=config.flag)
        found = {
            **self.sample, "flag": config.flag, "environment": config.environment, "state": state, "verdict": said,
            "note": config.note, "step": last, "steps": last, "reached": reached,
            "share": 0.0 if state == "rolled_back" else reached,
            "guardrails": [
                {"metric": one.metric, "worse": one.worse, "verdict": "unknown", "estimate": None, "low": None,
                 "high": None}
                for one in config.guardrails
            ],
        }  # fmt: skip
        return Done(found, port=state, note=said)

    @staticmethod
    def _wait(
        ctx: Context, row: FlagRollout, flag: Flag, place: FlagEnvironment, due_at: datetime | None = None
    ) -> Wait:
        note = _("Waiting for the rollout of %(flag)s in %(place)s", flag=flag.key, place=place.title)
        detail = {"rollout_id": str(row.id), "flag": flag.key, "environment": place.name}
        return Wait(ctx.new_wait(), waiting.KIND, due_at, note=note, detail=detail)


def _begin(ctx: Context, config: RollOut.Config, flag: Flag, place: FlagEnvironment) -> FlagRollout:
    wanted = steps.wanted(ctx.unit, config)
    row = planning.create(ctx.unit, flag, place, wanted, config.note, run_id=ctx.run.id, wait_id=ctx.new_wait())
    driving.act(ctx.unit, row, Verb.START, config.note, gated=False)
    return row


def _resume(ctx: Context, config: RollOut.Config, row: FlagRollout) -> FlagRollout:
    rows.lock(ctx.unit, row)
    verb = {State.RUNNING: None, State.READY: Verb.START}.get(State(row.state), Verb.RESUME)
    if verb is not None:
        driving.act(ctx.unit, row, verb, config.note, gated=False)
    waiting.take_up(row, ctx.run.id, ctx.new_wait())
    return row


def _done(ctx: Context, row: FlagRollout, flag: Flag, place: FlagEnvironment) -> Done:
    found = telling.outcome(ctx.unit, row, flag, place)
    return Done(found, port=_OVER.get(State(row.state), "held"), note=found["verdict"])


def _rows(value: Any) -> list[Mapping[str, Any]]:
    """Rows of a raw config, which may be anything."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
