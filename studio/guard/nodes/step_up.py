"""A gate that somebody opens by proving who they are."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Literal

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeType, Signal, Wait, help_
from studio.contract.protecting import Gate, Requirement, StepUpDemand
from studio.core.errors import StudioError
from studio.core.i18n import gettext as _
from studio.guard.nodes.fields import asked
from studio.guard.nodes.fields.asked import Asked, Prover
from studio.guard.obtained import lacks
from studio.guard.outcomes import PassState
from studio.guard.policies.fields import STRENGTHS
from studio.guard.service import passing, provers
from studio.guard.service.passing import About


class StepUpGate(NodeType):
    """Wait until a person has proved who they are, for exactly what they are shown.

    They get a mail, and prove it on a page by a passkey, a code of their authenticator app or their password, as strong
    as is asked here. The proof counts for this run, this step and these values alone.
    """

    key = "guard.step_up"
    kind = Kind.GUARD
    effect = Effect.LOCAL
    title = "Prove who you are"
    icon = "key"
    patient = True
    ports = ("proven", "refused", "expired")
    port_names: ClassVar[Mapping[str, str]] = {"proven": "proven", "refused": "said no", "expired": "expired"}
    late_ports: ClassVar[Mapping[str, str | None]] = {"expired": "refused"}
    sample: ClassVar[Any] = {
        "outcome": "proven",
        "by": "Jonas Weber",
        "by_email": "jonas@example.com",
        "method": "passkey",
        "at": "2026-03-02T10:15:00+00:00",
        "pass_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11",
    }
    output_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "outcome": {"type": "string"},
            "by": {"type": "string"},
            "by_email": {"type": ["string", "null"]},
            "method": {"type": ["string", "null"]},
            "at": {"type": "string"},
            "pass_id": {"type": "string"},
        },
    }

    class Config(Prover, Asked):
        """Who proves it, how, and for what."""

        strength: Literal["password", "code", "passkey"] = help_(
            "password: something they know. code: of their authenticator app, or a recovery code. passkey: their "
            "device, after it has verified that it is them. A stronger proof always does.",
            title="At least by",
            default="code",
            example="passkey",
        )
        max_age_s: int = help_(
            "How old the proof may be when the protected step begins, in seconds.",
            title="No older than",
            default=300,
            example=300,
            widget="duration",
            ge=30,
            le=300,
        )

    @classmethod
    def satisfies_of(cls, config: Mapping[str, Any]) -> tuple[Gate, ...]:
        """A proof, as strong and as young as it asks for."""
        demand = _demand(config.get("strength", "code"), config.get("max_age_s", 300))
        return () if demand is None else (Gate(("proven",), Requirement.of(step_up=demand)),)

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """Who is asked."""
        return asked.summary(config)

    def start(self, ctx: Context, config: Config) -> Wait | Fail:
        """Ask them; the wait ends with what they say, or with its time."""
        demand = StepUpDemand(STRENGTHS[config.strength], timedelta(seconds=config.max_age_s))
        about = About("", config.what, config.facts)
        try:
            row = passing.opened(ctx, about, timedelta(seconds=config.within_s))
            prover = provers.prover(ctx, config.who, config.person)
            person = passing.ask_proof(ctx.unit, row, prover, demand, ctx.new_wait())
        except StudioError as error:
            return Fail(error.code, error.message, field=error.field)
        note = _("Waiting for %(name)s to prove who they are", name=person.name)
        return Wait(ctx.new_wait(), passing.WAIT, row.due_at, note=note, detail={"pass_id": str(row.id)})

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done:
        """Go on behind what they said."""
        row = passing.at(ctx.unit, ctx.waited)
        said = passing.said(row, signal)
        state = PassState.REFUSED if said == "refused" else PassState.EXPIRED
        if said == "proven":
            demand = StepUpDemand(STRENGTHS[config.strength], timedelta(seconds=config.max_age_s))
            late = lacks(Requirement.of(step_up=demand), passing.has(row), ctx.now)
            state = PassState.PASSED if late.empty else PassState.EXPIRED
        passing.end(ctx.unit, row, state)
        name, email = passing.name_of(ctx.unit, row.user_id)
        port = {PassState.PASSED: "proven", PassState.REFUSED: "refused"}.get(state, "expired")
        output = {
            "outcome": port, "by": name, "by_email": email, "method": row.method, "at": ctx.now.isoformat(),
            "pass_id": str(row.id),
        }  # fmt: skip
        notes = {
            "proven": _("%(name)s has proved who they are", name=name),
            "refused": _("%(name)s said no", name=name),
            "expired": _("%(name)s did not prove it in time", name=name),
        }
        return Done(output, port=port, note=notes[port])


def _demand(strength: Any, max_age_s: Any) -> StepUpDemand | None:
    """None for what is half-written, or known only when it runs."""
    if not isinstance(strength, str) or strength not in STRENGTHS or not isinstance(max_age_s, int):
        return None
    return StepUpDemand(STRENGTHS[strength], timedelta(seconds=max_age_s))
