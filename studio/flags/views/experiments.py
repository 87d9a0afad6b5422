"""A flag's experiment: what it says, what can be decided, and the form for the next one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.core import web
from studio.core.errors import Conflict, FieldProblem, InvalidInput, NotFound
from studio.core.web import current_uow
from studio.flags.editing import experiments as editing
from studio.flags.editing import rollouts as people
from studio.flags.experimenting import deciding, driving, planning, rows, weighing, words
from studio.flags.experimenting.planning import Wanted
from studio.flags.experimenting.weighing import Reading
from studio.flags.experiments.policy import Decision, State, objections
from studio.flags.experiments.result import ArmResult
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment, FlagMetric
from studio.flags.outcomes import Kind, MetricKind
from studio.flags.ramps.guardrails import Look
from studio.flags.rollouts import words as said
from studio.flags.statistics.comparing import Comparison
from studio.flags.studies import metrics as measured
from studio.flags.views.blueprint import blueprint, environment_named, named
from studio.flags.views.forms import RowsForm

EARLIER = 10
_ACTS = {"start": driving.start, "drop": driving.drop, "stop": driving.stop, "withdraw": deciding.withdraw}


@dataclass(frozen=True, slots=True)
class Guarded:
    """A guardrail of one arm as the page shows it."""

    arm: str
    metric: FlagMetric
    look: Look

    @property
    def rate(self) -> bool:
        """Whether it is a share of people."""
        return self.metric.kind == MetricKind.PROPORTION

    @property
    def known(self) -> bool:
        """Whether there is enough to judge it by."""
        return isinstance(self.look.comparison, Comparison)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the decisions that there are, and what speaks against it."""

    ship: str
    """Empty: the control."""
    text: str
    against: Sequence[str]


@blueprint.get("/flags/<flag_key>/<environment>/experiment")
@permission("flag.read")
def experiment(flag_key: str, environment: str) -> ResponseReturnValue:
    """The newest one; where none is open, a form for the next."""
    return _page(named(flag_key), environment_named(environment), RowsForm(formdata=None), editing.USUAL)


@blueprint.get("/flags/<flag_key>/<environment>/experiment/<uuid:experiment_id>")
@permission("flag.read")
def experiment_before(flag_key: str, environment: str, experiment_id: UUID) -> ResponseReturnValue:
    """An earlier one."""
    flag, place = named(flag_key), environment_named(environment)
    row = rows.one_of(current_uow(), flag, place, experiment_id)
    if row is None:
        raise NotFound(_("There is no such experiment."), resource=f"flag_experiment:{experiment_id}")
    return _page(flag, place, RowsForm(formdata=None), {}, one=row)


@blueprint.post("/flags/<flag_key>/<environment>/experiment")
@permission("flag.edit")
def experiment_post(flag_key: str, environment: str) -> ResponseReturnValue:
    """Plan one. Nobody is in it before it is started."""
    form, flag, place = RowsForm(), named(flag_key), environment_named(environment)
    sent, uow = dict(form.values()), current_uow()
    try:
        wanted = Wanted(
            editing.design(sent, uow.now), editing.values(sent, Kind(flag.kind)), form.text("hypothesis"),
            form.text("stickiness"), approvers=people.approvers(form.text("approvers")),
        )  # fmt: skip
        planning.create(uow, flag, place, wanted, form.text("note"))
    except (InvalidInput, Conflict) as error:
        web.rollback(error)
        found = error.problems or [FieldProblem(error.field or "", error.code, error.message)]
        return _page(named(flag_key), environment_named(environment), form, sent, problems=found), 422
    flash(_("The experiment is planned. Nobody is in it before it is started."), "good")
    return _back(flag_key, environment)


@blueprint.post("/flags/<flag_key>/<environment>/experiment/act")
@permission("flag.edit")
def experiment_act(flag_key: str, environment: str) -> ResponseReturnValue:
    """Start, drop or stop it, or take a proposal back."""
    form, uow = RowsForm(), current_uow()
    row = _opened(flag_key, environment)
    act = _ACTS.get(form.text("do"))
    if act is None:
        raise InvalidInput(_("Choose what shall be done."), code="experiment.act", field="do")
    act(uow, row, form.text("note"))
    flash(_("The experiment now: %(state)s.", state=words.STATES[State(row.state)][0]), "good")
    return _back(flag_key, environment)


@blueprint.post("/flags/<flag_key>/<environment>/experiment/decide")
@permission("flag.edit")
def experiment_decide(flag_key: str, environment: str) -> ResponseReturnValue:
    """Give everybody a variant or keep the control; where people have to agree, ask them."""
    form = RowsForm()
    ship = form.text("ship")
    done = deciding.decide(current_uow(), _opened(flag_key, environment), ship or None, form.text("note"))
    told = {"what": words.decision(ship)}
    if done:
        flash(_("It is decided: %(what)s.", **told), "good")
    else:
        flash(_("People are asked: %(what)s? Their yes does it.", **told), "info")
    return _back(flag_key, environment)


def _opened(flag_key: str, environment: str) -> FlagExperiment:
    row = rows.opened(current_uow(), named(flag_key), environment_named(environment))
    if row is None:
        raise Conflict(_("No experiment is open here any more. Look at the page again."), code="experiment.none")
    return row


def _page(
    flag: Flag, place: FlagEnvironment, form: RowsForm, sent: Mapping[str, str], *,
    problems: Sequence[FieldProblem] = (), one: FlagExperiment | None = None,
) -> str:  # fmt: skip
    uow = current_uow()
    found = rows.newest(uow, flag, place, limit=EARLIER)
    row = one or (found[0] if found else None)
    is_open = bool(found) and found[0].closed_at is None
    return render_template(
        "flags/experiment.html", flag=flag, environment=place, form=form, sent=sent, problems=problems, row=row,
        planning=one is None and not is_open, metrics=measured.listed(uow), words=words, said=said,
        earlier=[each for each in found if row is None or each.id != row.id], arms=range(editing.ARMS),
        **(_shown(row) if row is not None else {}),
    )  # fmt: skip


def _shown(row: FlagExperiment) -> dict[str, object]:
    uow, design = current_uow(), rows.design_of(row)
    read = weighing.read(uow, row)
    by_key = {one.key: one for one in measured.listed(uow)}
    smallest = min(one.units for one in read.found.arms)
    return {
        "design": design, "read": read, "by_key": by_key, "shares": rows.allotted(row).variants,
        "rate": by_key[design.primary].kind == MetricKind.PROPORTION, "smallest": smallest,
        "progress": min(100, 100 * smallest // design.units) if design.units else None,
        "guarded": [Guarded(arm.name, by_key[look.guardrail.metric], look)
                    for arm in read.found.arms[1:] for look in arm.guardrails],
        "verbs": driving.offered(row, final=read.found.final), "events": rows.events(uow, row),
        "choices": _choices(read.found.arms, read),
        "chip_of": words.STATES[State(row.state)], "state": State(row.state),
    }  # fmt: skip


def _choices(arms: Sequence[ArmResult], read: Reading) -> list[Choice]:
    """The one that it speaks for first."""
    names = [None, *(one.name for one in arms[1:])]
    found = [
        Choice(ship or "", words.decision(ship), [words.objection(one)
                                                  for one in objections(read.found, Decision(ship))])
        for ship in names
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.ship != (read.conclusion.variant or ""), bool(one.against)))


def _back(flag_key: str, environment: str) -> ResponseReturnValue:
    return redirect(url_for("flags.experiment", flag_key=flag_key, environment=environment))
