"""Node types that tests of the engine run: one for each kind of effect, with counters outside of the database."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Lock

from sqlalchemy import text

from studio.contract.node import Done, Effect, Fail, Kind, NodeConfig, NodeType, Wait, help_
from studio.core.targets import Sign
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import RunNote

calls: Counter[str] = Counter()
"""How often the outside target was called under each key."""
effects: set[str] = set()
"""What the target did: one effect a key, as a target that honours keys does."""
failing: set[str] = set()
"""Keys that the target refuses once."""
_lock = Lock()


class OutsideStep(NodeType):
    """Call a target that honours keys."""

    key = "test.outside"
    kind = Kind.ACTION
    effect = Effect.OUTSIDE
    title = "Outside"
    icon = "http"

    class Config(NodeConfig):
        keyed: bool = help_("Whether the target honours keys.", default=True)
        fails: int = help_("How many attempts fail.", default=0)
        target: str | None = help_("Whom it calls.", default=None)

    @classmethod
    def is_keyed(cls, config):
        return config.get("keyed", True)

    @classmethod
    def target_of(cls, config):
        return config.target

    def start(self, ctx, config):
        with _lock:
            calls[ctx.effect_key] += 1
            if ctx.attempt <= config.fails:
                return Fail("target.busy", "The target is busy.", retryable=True, target=Sign.DOWN)
            effects.add(ctx.effect_key)
        return Done({"key": ctx.effect_key})


severing: list[Callable[[UnitOfWork], object]] = []
"""What happens to the database in the next steps of `test.severing`, one each."""


class LocalStep(NodeType):
    """Write one row in the step's own transaction."""

    key = "test.local"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Local"
    icon = "database"

    class Config(NodeConfig):
        fail: bool = help_("Fail after the row was written.", default=False)

    def start(self, ctx, config):
        ctx.unit.session.add(
            RunNote(run_id=ctx.run.id, text=f"{ctx.node}|{ctx.path}", author="test", created_at=ctx.unit.now)
        )
        ctx.unit.session.flush()
        return Fail("test.refused", "Refused.") if config.fail else Done({"written": True})


class SeveringStep(NodeType):
    """Write one row, and break the connection that it goes over."""

    key = "test.severing"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Severing"
    icon = "database"

    def start(self, ctx, _config):
        ctx.unit.session.add(RunNote(run_id=ctx.run.id, text=ctx.node, author="test", created_at=ctx.unit.now))
        ctx.unit.session.flush()
        if severing:
            severing.pop(0)(ctx.unit)
        return Done({"written": True})


class WaitStep(NodeType):
    """Wait for an answer."""

    key = "test.wait"
    kind = Kind.FLOW
    title = "Wait"
    icon = "clock"
    ports = ("answered", "late")

    class Config(NodeConfig):
        seconds: float | None = help_("How long at most.", default=None)

    def start(self, ctx, config):
        due = ctx.now + timedelta(seconds=config.seconds) if config.seconds is not None else None
        return Wait(ctx.new_wait(), "test", due)

    def resume(self, ctx, config, signal):
        return Done(signal.payload, port="answered" if signal.kind == "resolved" else "late")


class AskStep(NodeType):
    """Ask somebody by a row, and wait: as an approval does."""

    key = "test.ask"
    kind = Kind.FLOW
    effect = Effect.LOCAL
    title = "Ask"
    icon = "clock"

    def start(self, ctx, config):
        ctx.unit.session.add(RunNote(run_id=ctx.run.id, text=f"ask|{ctx.path}", author="test", created_at=ctx.unit.now))
        return Wait(ctx.new_wait(), "test")

    def resume(self, ctx, config, signal):
        return Done(signal.payload)


class GiveStep(NodeType):
    """Give an output that no database keeps."""

    key = "test.give"
    kind = Kind.DATA
    title = "Give"
    icon = "pencil"

    class Config(NodeConfig):
        size: int = help_("How many characters.", default=0)
        text: str = help_("What.", default="x")
        given: dict | None = help_("Or this.", default=None)

    def start(self, ctx, config):
        if config.given is not None:
            return Done(config.given)
        return Done({"text": config.text.replace("NUL", "\0") * max(1, config.size)})


class BreakingStep(NodeType):
    """Write something that the database refuses."""

    key = "test.breaking"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Breaking"
    icon = "database"

    def start(self, ctx, config):
        ctx.unit.session.execute(text("insert into nowhere values (1)"))
        return Done()


class ContendStep(NodeType):
    """Take a lock of the database, and wait until somebody else holds what comes next."""

    key = "test.contend"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Contend"
    icon = "database"

    holds, go_on = Event(), Event()

    def start(self, ctx, config):
        ctx.unit.session.execute(text("select pg_advisory_xact_lock(1)"))
        self.holds.set()
        self.go_on.wait(20)
        return Done({"attempt": ctx.attempt})
