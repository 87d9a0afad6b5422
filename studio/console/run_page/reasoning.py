"""Why a step did not run, in sentences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from studio.contract.node import node_type
from studio.contract.wording import port_name
from studio.core.retelling import retold
from studio.runtime import document as documents
from studio.runtime.history.detail import StepView
from studio.runtime.history.reasons import Reason, why
from studio.runtime.history.tallies import Tally

TEXTS = {
    "no_items": _l("“%(step)s” had no items to go through."),
    "failed": _l("“%(step)s” failed, so nothing behind it ran."),
    "ended": _l("The run ended at “%(step)s” before it came here."),
    "going": _l("The run may still come here: “%(step)s” has not let it on yet."),
    "other_start": _l("Only “%(step)s” leads here, and the run began elsewhere."),
    "nothing": _l("No connection leads here."),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One reason."""

    text: str
    note: str
    """What the step there said of itself: "420 is above 400"."""
    link: str | None
    """To that step."""
    name: str
    """Of that step."""


def reasons(
    document: documents.Document,
    tallies: Mapping[str, Tally],
    steps: Sequence[StepView],
    key: str,
    address: Callable[[StepView], str],
    *,
    ended: bool,
) -> list[Said]:
    """Nearest first."""
    named = {step.key: step for step in document.nodes}
    views = {step.key: step for step in reversed(steps)}
    found = why(document, tallies, key, ended=ended)
    return [_said(one, named[one.step], views.get(one.step), address) for one in found]


def _said(one: Reason, step: documents.Step, view: StepView | None, address: Callable[[StepView], str]) -> Said:
    last = view.last if view is not None else None
    note = retold(last.row.note) if last is not None and one.kind in ("other_way", "no_items") else ""
    return Said(
        _text(one, step), note or "", address(view) if view is not None and last is not None else None, step.name
    )


def _text(one: Reason, step: documents.Step) -> str:
    name = step.name
    if one.kind == "other_way":
        ways = ", ".join(_port(step, port) for port in one.left_by)
        return str(_("“%(step)s” went on by “%(ways)s”. The way here is “%(port)s”.", step=name, ways=ways,
                     port=_port(step, one.port)))  # fmt: skip
    return str(TEXTS[one.kind]) % {"step": name}


def _port(step: documents.Step, port: str) -> str:
    known = node_type(step.type)
    return port_name(known.port_names_of(step.config) if known is not None else {}, port)
