"""A way on by what an experiment says: waited for, and perhaps done."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal
from uuid import UUID

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, Signal, Wait, help_
from studio.contract.references import Reference
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.flags import fields, naming
from studio.flags.experimenting import deciding, driving, rows, telling, waiting
from studio.flags.experiments.conclusion import Outcome
from studio.flags.experiments.policy import State, Verb
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment


class DecideExperiment(fields.Protected):
    """Wait until an experiment with a feature flag is read, go on by what it says, and give the winner to everybody.

    Reading changes nothing. A second such step, behind whoever has to agree, does what it says or keeps the control.
    """

    key = "experiment.decide"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Decide an experiment"
    icon = "flag"
    patient = True
    ports = tuple(one.value for one in Outcome)
    port_names: ClassVar[Mapping[str, str]] = {
        "ship": "a variant won", "keep": "worse", "inconclusive": "inconclusive", "invalid": "sizes are off",
    }  # fmt: skip
    sample = telling.SAMPLE
    output_schema = telling.SCHEMA

    class Config(NodeConfig):
        """Which experiment, and what is done with what it says."""

        flag: str = fields.flag_field("Whose experiment it is: the newest one there that was not dropped.")
        environment: str = fields.environment_field(
            "Where it runs. Everywhere but in development a policy may ask for more before a variant is given to all."
        )
        do: Literal["read", "apply", "keep"] = help_(
            "read: say what it says. apply: give the winner to everybody, or keep the control where each variant is "
            "worse; where it says neither, nothing is done. keep: keep the control whatever it says.",
            title="What to do", default="read", example="read",
        )  # fmt: skip
        wait: bool = help_(
            "Wait until it has reached its horizon or was stopped. Off: go on with what it says now.",
            title="Wait for its end", default=True, example=True, show_if={"do": ["read"]},
        )  # fmt: skip
        note: str = fields.note_field("Agreed by {{ steps.ask.by }}")

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        said = {"read": _("read"), "apply": _("do what it says"), "keep": _("keep the control")}
        parts = (str(config.get("flag") or ""), said.get(str(config.get("do") or "read"), ""))
        return " · ".join(part for part in parts if part)

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        return naming.references(config)

    @classmethod
    def protects_of(cls, config: Mapping[str, Any]) -> str | None:
        return super().protects_of(config) if config.get("do") == "apply" else None

    @classmethod
    def percent_of(cls, config: Mapping[str, Any]) -> float:
        return deciding.EVERYBODY if config.get("do") == "apply" else 0.0

    def start(self, ctx: Context, config: Config) -> Done | Wait | Fail:
        """Read it, wait for it, or decide it together with this step."""
        try:
            flag, place = fields.found(ctx, config.flag, config.environment)
            if config.do == "apply" and (refused := self.ungated(place, config.environment)):
                return refused
            row = rows.newest_kept(ctx.unit, flag, place)
            if row is None:
                said = _("There is no experiment with %(flag)s in %(place)s.", flag=flag.key, place=place.title)
                return Fail("experiment.none", said, field="config.flag")
            rows.lock(ctx.unit, row)
            driving.look(ctx.unit, row, flag, place)
            if config.do == "read" and config.wait and State(row.state) in (State.DRAFT, State.RUNNING):
                return self._wait(ctx, row, flag, place)
            done = _decide(ctx, config, row) if config.do != "read" else ""
        except (NotFound, InvalidInput, Conflict) as error:
            return Fail(error.code, error.message, field=f"config.{error.field}" if error.field else None)
        return _told(ctx, row, flag, place, done)

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done | Fail:
        """It has ended."""
        try:
            flag, place = fields.found(ctx, config.flag, config.environment)
            row = rows.find(ctx.unit, UUID(signal.payload["experiment"]))
        except NotFound as error:
            return Fail(error.code, error.message, field="config.flag")
        if State(row.state) is State.DROPPED:
            said = _("The experiment with %(flag)s was dropped before anybody was in it.", flag=flag.key)
            return Fail("experiment.dropped", said)
        return _told(ctx, row, flag, place, "")

    @staticmethod
    def _wait(ctx: Context, row: FlagExperiment, flag: Flag, place: FlagEnvironment) -> Wait:
        waiting.begin(ctx.unit, row, ctx.new_wait(), ctx.run.id)
        note = _("Waiting for the experiment with %(flag)s in %(place)s", flag=flag.key, place=place.title)
        detail = {"experiment_id": str(row.id), "flag": flag.key, "environment": place.name}
        return Wait(ctx.new_wait(), waiting.KIND, note=note, detail=detail)


def _decide(ctx: Context, config: DecideExperiment.Config, row: FlagExperiment) -> str:
    """What was done: `done`, `asked`, `before` (it was decided already), or nothing."""
    if State(row.state) is State.DECIDED:
        return "before"
    driving.allowed(row, Verb.DECIDE)
    outcome = telling.conclusion(ctx.unit, row)
    if config.do == "apply" and outcome.outcome in (Outcome.INCONCLUSIVE, Outcome.INVALID):
        return ""
    ship = outcome.variant if config.do == "apply" else None
    return "done" if deciding.decide(ctx.unit, row, ship, config.note.strip(), gated=False) else "asked"


def _told(ctx: Context, row: FlagExperiment, flag: Flag, place: FlagEnvironment, done: str) -> Done:
    found = telling.outcome(ctx.unit, row, flag, place, done)
    return Done(found, port=found["outcome"], note=found["verdict"])
