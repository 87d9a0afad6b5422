"""What happened to a run, in sentences."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import format_time, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from studio.console.gate_words import waits_at_gate
from studio.contract.gathering import SECTION
from studio.contract.node import node_type
from studio.contract.wording import port_name
from studio.core.formats import at, clock_time, lasting, number
from studio.core.ids import parse_id
from studio.core.retelling import retold
from studio.runtime.history.detail import CalledRun, RunDetail, StepView, called_run
from studio.runtime.history.differences import Compared
from studio.runtime.history.listing import RunLine
from studio.runtime.history.turns import Held
from studio.runtime.models import Event, Gathering, Run
from studio.runtime.outcomes import Lane

SHORT_S = 120
"""A run that took less is told by its length."""

STATES = {
    "queued": (_l("Queued"), "run"),
    "running": (_l("Running"), "run"),
    "waiting": (_l("Waiting"), "wait"),
    "succeeded": (_l("Done"), "good"),
    "failed": (_l("Failed"), "bad"),
    "cancelled": (_l("Cancelled"), ""),
    "needs_review": (_l("Needs a look"), "warn"),
    "quarantined": (_l("Set aside"), "bad"),
    "skipped": (_l("Skipped"), ""),
    "not_reached": (_l("Not reached"), ""),
}
WAITS = {
    "approval": _l("Waiting for a decision"),
    "guard": _l("Waiting at a gate"),
    "timer": _l("Waiting for its time"),
    "retry": _l("Trying again soon"),
    "signal": _l("Waiting for a signal"),
    "child": _l("Waiting for another workflow"),
    "turn": _l("Waiting for its turn"),
    "quiet": _l("Waiting for a later one"),
}
VERDICTS = {
    "started": (_l("Started a run"), "good"),
    "duplicate": (_l("Repeat of an earlier one"), ""),
    "filtered": (_l("Filtered"), ""),
    "limited": (_l("Limited"), "warn"),
    "refused": (_l("Refused"), "bad"),
    "gathered": (_l("Gathered"), "wait"),
    "held": (_l("Held"), "wait"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A few words and the colour of their state."""

    text: str
    kind: str


def run_state(run: RunLine | CalledRun) -> Said:
    """A run's state in a list."""
    return _state(run)


def _state(run: RunLine | CalledRun | Run) -> Said:
    text, kind = STATES.get(run.state, (run.state, ""))
    if run.state == "queued" and run.lane == Lane.PARKED:
        return Said(_("Parked"), "warn")
    if run.state == "waiting" and run.waiting_for in WAITS:
        return Said(str(WAITS[run.waiting_for]), kind)
    return Said(str(text), kind)


def verdict(event: Event) -> Said:
    """What became of an event."""
    if event.verdict == "gathered" and event.run_id is not None:
        return Said(_("Gathered, and started a run"), "good")
    text, kind = VERDICTS.get(event.verdict, (event.verdict, ""))
    return Said(str(text), kind)


def gathered(found: Gathering) -> str:
    """What a trigger is gathering, and when it starts."""
    due, key = format_time(found.due_at, "medium"), _(" for “%(key)s”", key=found.key) if found.key else ""
    if found.mode == "batch":
        said = ngettext(
            "%(num)d event gathered%(key)s, starts at %(at)s, or once there are %(most)d.",
            "%(num)d events gathered%(key)s, start at %(at)s, or once there are %(most)d.",
            found.count, key=key, at=due, most=found.most,
        )  # fmt: skip
    else:
        said = ngettext(
            "%(num)d event gathered%(key)s, starts at %(at)s unless another comes.",
            "%(num)d events gathered%(key)s, start at %(at)s unless another comes.",
            found.count, key=key, at=due,
        )  # fmt: skip
    return str(said)


def detail_state(found: RunDetail) -> Said:
    """A run's state on its own page: where it failed, what it waits for."""
    run, failed = found.run, found.failed_step
    if run.state == "failed" and failed is not None:
        return Said(_("Failed at %(step)s", step=failed.name), STATES["failed"][1])
    return _state(run)


def step_result(step: StepView) -> Said:
    """What a step gave, in a chip."""
    text, kind = STATES.get(step.state, (step.state, ""))
    last = step.last
    if last is None:
        return Said(str(text), kind)
    if step.state == "succeeded":
        return Said(retold(last.row.note) or _port(step, last.row.port) or str(text), kind)
    if step.state == "failed":
        code = (last.row.error or {}).get("code", "")
        short = code.rpartition(".")[2].removeprefix("status_").replace("_", " ")
        return Said(_("Failed: %(code)s", code=short) if short not in ("", "failed") else str(text), kind)
    if step.state == "waiting":
        known = WAITS.get(last.wait.kind) if last.wait else None
        return Said(str(known or retold(last.row.note) or text), kind)
    return Said(str(text), kind)


def took(step: StepView) -> str:
    """How long, and how often."""
    last = step.last
    if last is None:
        return ""
    seconds = [attempt.took_s for attempt in step.attempts]
    total = lasting(sum(second for second in seconds if second is not None)) if None not in seconds else ""
    if len(step.attempts) == 1:
        return total
    attempts = ngettext("%(num)s attempt", "%(num)s attempts", len(step.attempts))
    return f"{total}, {attempts}" if total else attempts


def subtitle(found: RunDetail) -> str:
    """Version, how long it took, how much of it was waiting."""
    parts = [_("Version %(number)s", number=found.version.number)]
    run = found.run
    if run.finished_at is not None:
        seconds = (run.finished_at - run.created_at).total_seconds()
        waited = found.waited_s
        if waited >= 1 and found.window is None:
            parts.append(_("took %(time)s, of which %(waited)s waiting", time=lasting(seconds), waited=lasting(waited)))
        else:
            parts.append(_("took %(time)s", time=lasting(seconds)))
    return " · ".join(parts)


def outcome(found: RunDetail, held: Held | None = None) -> tuple[str, str, str] | None:
    """Colour, headline and what to do about it; None while it is on its way. `held`: what it waits for at the gate."""
    error = found.run.error or {}
    message = retold(str(error.get("message") or ""))
    said: tuple[str, str, str] | None = None
    match found.run.state:
        case "failed":
            said = "bad", *_went_wrong(message)
        case "needs_review":
            ways = _("Look there. If it arrived, let the run go on; if not, try the step again; or cancel the run.")
            said = "warn", _("Nobody knows whether the last call arrived."), f"{message} {ways}".strip()
        case "quarantined":
            ways = _("Find out what its next step did to its worker before you try it again, or cancel the run.")
            said = "bad", _("Studio set this run aside."), f"{message} {ways}".strip()
        case "waiting":
            said = "info", *_waiting(found)
        case "cancelled":
            kept = _("What it waited for was withdrawn. Steps that were done stay done.")
            replaced = message if error.get("code") == "run.replaced" else ""
            said = "info", replaced or _("The run was cancelled."), kept
        case "succeeded":
            said = "good", *_went_well(found)
        case "queued":
            said = "info", (waits_at_gate(held) if held is not None else _("It waits for its turn.")), ""
        case _:
            pass
    return said


def _went_wrong(message: str) -> tuple[str, str]:
    head, _sep, rest = message.partition(". ")
    headline = (head + "." if rest else head) or _("The run failed.")
    ways = _("Mend the cause, then re-run from the failed step: earlier results are kept, and a call with "
             "unchanged content goes out under the same key.")  # fmt: skip
    return headline, f"{rest} {ways}".strip()


def _waiting(found: RunDetail) -> tuple[str, str]:
    """What for, and until when at the latest."""
    for step in found.steps:
        if step.state == "waiting" and step.last is not None and step.last.wait is not None:
            due = step.last.wait.due_at
            return retold(step.last.wait.note) or step.name, _("Until %(moment)s.", moment=at(due)) if due else ""
    return str(WAITS.get(found.run.waiting_for or "", _("Waiting"))), ""


def _went_well(found: RunDetail) -> tuple[str, str]:
    """What its last step has said, or that all is done; and how much was done and left out."""
    ran = [step for step in found.steps if step.last is not None and step.state == "succeeded"]
    passed = {step.key for step in found.steps if step.last is None or step.state == "skipped"}
    last = max((step.last.row for step in ran if step.last), key=lambda row: row.id, default=None)
    said = retold(last.note) if last else ""
    done = ngettext("%(num)s step ran.", "%(num)s steps ran.", found.ran)
    if not passed:
        return said or _("Everything was done."), done
    left = ngettext("%(num)s lay on a branch that was not taken.", "%(num)s lay on branches that were not taken.",
                    len(passed))  # fmt: skip
    return said or _("Everything on its way was done."), f"{done} {left}"


def item(path: str) -> str:
    """An iteration path as people count: 0.3 is item 1.4."""
    return ".".join(str(int(part) + 1) for part in path.split("."))


def ends(found: RunDetail, end: datetime) -> str:
    """The right edge of the timeline: the end, or how long after the start where a clock would not tell them apart."""
    if found.ends_at is None:
        return str(_("now"))
    seconds = (end - found.run.created_at).total_seconds()
    return f"+ {lasting(seconds)}" if seconds < SHORT_S else clock_time(end)


def started_by(found: RunDetail) -> str:
    """The name of the step that began it."""
    return next((step.name for step in found.steps if step.key == found.run.trigger_node), "")


def gathered_before(found: RunDetail) -> str:
    """How many events it started with, where its trigger gathers them."""
    trigger, data = found.document.step(found.run.trigger_node), found.run.input
    mode = trigger.config.get("gather") if trigger is not None else None
    if not isinstance(data, dict) or mode not in ("batch", "last"):
        return ""
    told = data if mode == "batch" else data.get(SECTION)
    count = told.get("count") if isinstance(told, dict) else None
    if not isinstance(count, int):
        return ""
    return str(ngettext("%(count)s gathered event", "%(count)s gathered events", count, count=number(count)))


def other_run(found: RunDetail, held: Held | None) -> UUID | None:
    """The run that this one waits for, failed of, or gave way to."""
    if held is not None:
        return held.run_id
    error = found.run.error or {}
    if error.get("code") == "run.replaced":
        return parse_id(str(error.get("run_id")))
    failed = found.failed_step if found.run.state == "failed" else None
    waiting = (step for step in found.steps if step.state == "waiting" and _waits_for(step) == "child")
    calling = failed or next(waiting, None)
    return called_run(calling) if calling is not None else None


def waits_for_people(found: RunDetail) -> StepView | None:
    """The step at which somebody has to decide before it goes on."""
    if found.run.state != "waiting":
        return None
    return next((step for step in found.steps if step.state == "waiting" and _waits_for(step) == "approval"), None)


def differing(found: Compared) -> str:
    """How many fields are alike and how many not."""
    alike = str(ngettext("%(num)d is alike", "%(num)d are alike", found.alike))
    if found.more:
        return f"{alike}, " + str(_("more than %(count)s differ", count=len(found.differences)))
    return f"{alike}, " + str(ngettext("%(num)d differs", "%(num)d differ", len(found.differences)))


def _waits_for(step: StepView) -> str | None:
    return step.last.wait.kind if step.last and step.last.wait else None


def _port(step: StepView, port: str | None) -> str:
    """The port's name where it says something: "yes" of an if, nothing of "next"."""
    if port in (None, "next"):
        return ""
    known = node_type(step.type)
    return port_name(known.port_names if known else {}, port)
