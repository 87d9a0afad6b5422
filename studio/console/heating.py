"""Heat of a workflow's steps, in the words and degrees of its picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from studio.builder.picture import Overlay
from studio.console.zones import typed
from studio.core.formats import lasting, number
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.insights.heat import By, Heat, Span, StepHeat, heat
from studio.runtime.models import Workflow

SCALES = {
    By.FAILED: (_l("none failed"), *(_l("up to %(most)s", most=most) for most in ("1 %", "5 %", "20 %")),
                _l("more than %(most)s", most="20 %")),
    By.TIME: (*(_l("up to %(most)s", most=most) for most in ("1 s", "10 s", "1 min", "1 h")),
              _l("more than %(most)s", most="1 h")),
}  # fmt: skip
"""What each degree stands for: see `insights.heat`."""


@dataclass(frozen=True, slots=True)
class Heated:
    """A picture of heat."""

    found: Heat
    span: Span
    by: By
    scale: Sequence[str]
    ended: int
    """Of all steps together; 0: there is nothing to see yet."""
    since: str
    """From when on its runs began, as the list of runs takes it."""


def asked(uow: UnitOfWork, workflow: Workflow, span: str, by: str) -> Heated | None:
    """What the address asks for; None: nothing, or what is no span."""
    if span not in set(Span) or workflow.published_version_id is None:
        return None
    chosen = By(by) if by in set(By) else By.FAILED
    found = heat(uow, workflow, Span(span))
    return Heated(
        found, Span(span), chosen, SCALES[chosen], sum(step.ended for step in found.steps), typed(found.starts_at)
    )


def overlay(heated: Heated) -> Overlay:
    """Every step that has ended says so, with its degree."""
    degrees = {step.key: step.degree(heated.by) for step in heated.found.steps}
    return Overlay(
        lines={step.key: line(step, heated.by) for step in heated.found.steps},
        heat={key: degree for key, degree in degrees.items() if degree is not None},
    )


def line(step: StepHeat, by: By) -> str:
    """How often, and how it went, in one line of a card."""
    if not step.ended:
        return str(_("Did not run"))
    if by is By.TIME:
        return str(_("%(share)s within %(time)s", share="95 %", time=lasting((step.p95_ms or 0) / 1000)))
    if not step.failed:
        return str(ngettext("%(count)s time, none failed", "%(count)s times, none failed", step.ended,
                            count=number(step.ended)))  # fmt: skip
    return str(_("%(share)s of %(count)s failed", share=share(step), count=number(step.ended)))


def failures(step: StepHeat) -> str:
    """How many failed, and which share that is."""
    return f"{number(step.failed)} ({share(step)})"


def share(step: StepHeat) -> str:
    """Of failures, so exact that few are not none."""
    value = step.share * 100
    return f"{number(round(value, 1) if value < 10 else round(value))} %"
