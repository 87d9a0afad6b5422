"""A gate that asks for whatever is lacking before something protected."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeType, Signal, Wait, help_
from studio.contract.protecting import Gate, Requirement
from studio.contract.references import TARGET, Reference
from studio.core.errors import StudioError
from studio.core.i18n import gettext as _
from studio.guard.models import GuardPass
from studio.guard.nodes.fields.asked import Asked, Protecting, Prover, Who
from studio.guard.obtained import Obtained, lacks
from studio.guard.outcomes import PassState
from studio.guard.service import checking, passing, provers
from studio.guard.service.passing import About


class RequireGate(NodeType):
    """Ask for whatever the policies of a protected action ask for at this moment, and go on once it is there.

    People who have to agree are asked first, then the proof of who somebody is, so that it is young when the action
    follows. Where nothing is lacking it goes on at once. In a freeze it goes on behind “frozen”, and nobody is asked.
    What is obtained counts for this run and these values alone.
    """

    key = "guard.require"
    kind = Kind.GUARD
    effect = Effect.LOCAL
    title = "Protection gate"
    icon = "gate"
    patient = True
    ports = ("passed", "refused", "expired", "frozen")
    port_names = {"passed": "passed", "refused": "refused", "expired": "expired", "frozen": "frozen"}
    late_ports: ClassVar[Mapping[str, str | None]] = {"expired": "refused"}
    sample: ClassVar[Any] = {
        "outcome": "passed",
        "asked": True,
        "by": "Jonas Weber",
        "by_email": "jonas@example.com",
        "reason": "",
        "pass_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11",
    }
    output_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "outcome": {"type": "string"},
            "asked": {"type": "boolean"},
            "by": {"type": ["string", "null"]},
            "by_email": {"type": ["string", "null"]},
            "reason": {"type": "string"},
            "pass_id": {"type": ["string", "null"]},
        },
    }

    class Config(Prover, Asked, Protecting):
        """For which protected action, about what, and who proves it."""

        who: Who = help_(
            "Where a proof is asked for. approver: whoever agreed last here or in this run, or, where nobody did, "
            "whoever started it. starter: whoever started the run by hand. person: the one named below.",
            title="Who proves it",
            default="approver",
            example="approver",
        )

    @classmethod
    def satisfies_of(cls, config: Mapping[str, Any]) -> tuple[Gate, ...]:
        """Whatever its action's policies ask for."""
        target = config.get("protects")
        return (Gate(("passed",), target=target),) if isinstance(target, str) and target else ()

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        """The protected action."""
        target = config.get("protects")
        return [Reference("config.protects", TARGET, target)] if isinstance(target, str) and target else []

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """For which action."""
        return str(config.get("protects") or "")

    def start(self, ctx: Context, config: Config) -> Done | Wait | Fail:
        """Ask for what is lacking; go on at once where nothing is."""
        return self._next(ctx, config, None)

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done | Wait | Fail:
        """Take in what was answered, and ask for what is lacking still: policies may have changed meanwhile."""
        row = passing.at(ctx.unit, ctx.waited)
        answer = signal.payload if isinstance(signal.payload, dict) else {}
        said = passing.said(row, signal)
        if said in ("agreed", "proven"):
            return self._next(ctx, config, row)
        if said == "expired":
            late = _("Not all that is asked for was there in time")
            return self._over(ctx, row, PassState.EXPIRED, "expired", late)
        passing.end(ctx.unit, row, PassState.REFUSED)
        by, email = answer.get("by") or _("Somebody"), answer.get("by_email")
        if email is None and row.user_id is not None:
            by, email = passing.name_of(ctx.unit, row.user_id)
        return _done("refused", _("%(name)s said no", name=by), row, by, email)

    def _next(self, ctx: Context, config: Config, row: GuardPass | None) -> Done | Wait | Fail:
        found = checking.check(ctx.unit, config.protects, config.facts)
        missing = lacks(found.requirement, passing.has(row) if row is not None else Obtained(), ctx.now)
        if found.frozen is not None:
            said = _("“%(name)s” freezes this until its end.", name=found.frozen.name)
            return self._over(ctx, row, PassState.FROZEN, "frozen", said)
        if missing.empty:
            said = _("Nothing is asked for") if row is None else _("All that is asked for is there")
            return self._over(ctx, row, PassState.PASSED, "passed", said)
        if row is not None and row.due_at <= ctx.now:
            return self._over(ctx, row, PassState.EXPIRED, "expired", _("Not all that is asked for was there in time"))
        try:
            return self._ask(ctx, config, row, missing)
        except StudioError as error:
            return Fail(error.code, error.message, field=error.field)

    def _ask(self, ctx: Context, config: Config, row: GuardPass | None, missing: Requirement) -> Wait:
        if row is None:
            about = About(config.protects, config.what, config.facts)
            row = passing.opened(ctx, about, timedelta(seconds=config.within_s))
        detail = {"pass_id": str(row.id)}
        if missing.approvals:
            request_id = passing.ask_people(ctx, row, missing, ctx.new_wait())
            note = _("Waiting for a decision: %(title)s", title=row.what)
            return Wait(ctx.new_wait(), passing.WAIT, note=note, detail=detail | {"request_id": str(request_id)})
        assert missing.step_up is not None  # noqa: S101 - there is nothing else that can be missing
        prover = provers.prover(ctx, config.who, config.person, row.agreed_by)
        person = passing.ask_proof(ctx.unit, row, prover, missing.step_up, ctx.new_wait())
        note = _("Waiting for %(name)s to prove who they are", name=person.name)
        return Wait(ctx.new_wait(), passing.WAIT, row.due_at, note=note, detail=detail)

    def _over(self, ctx: Context, row: GuardPass | None, state: PassState, port: str, said: str) -> Done:
        if row is None:
            return _done(port, said, None)
        passing.end(ctx.unit, row, state)
        return _done(port, said, row, *passing.last_of(ctx.unit, row))


def _done(port: str, note: str, row: GuardPass | None, by: str | None = None, by_email: str | None = None) -> Done:
    output = {
        "outcome": port, "asked": row is not None, "by": by, "by_email": by_email, "reason": note,
        "pass_id": str(row.id) if row is not None else None,
    }  # fmt: skip
    return Done(output, port=port, note=note)
