"""A flag's rollout: the step, the share, the evidence; and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.accounts.views.blueprint import show_in
from studio.core import web
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.web import current_uow
from studio.flags import words as flag_words
from studio.flags.editing import rollouts as editing
from studio.flags.editing import verbs
from studio.flags.editing.operators import LISTED, OPERATORS
from studio.flags.editing.said import Said
from studio.flags.models import Flag, FlagEnvironment, FlagMetric, FlagRollout
from studio.flags.outcomes import MetricKind
from studio.flags.ramps.guardrails import Look, look
from studio.flags.ramps.policy import decide
from studio.flags.ramps.states import State, Verb
from studio.flags.rollouts import driving, planning, rows, weighing, words
from studio.flags.rollouts.planning import Wanted
from studio.flags.statistics.comparing import Comparison
from studio.flags.studies import metrics as measured
from studio.flags.views.blueprint import blueprint, environment_named, named, segment_names
from studio.flags.views.forms import NewMetric, RowsForm


@dataclass(frozen=True, slots=True)
class Guarded:
    """A guardrail as the page shows it."""

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


@blueprint.get("/flags/<flag_key>/<environment>/rollout")
@permission("flag.read")
def rollout(flag_key: str, environment: str) -> ResponseReturnValue:
    """How it goes, and a form for its plan while nobody has started it; where none is open, for the next one."""
    flag, place = named(flag_key), environment_named(environment)
    row = rows.opened(current_uow(), flag, place)
    return _page(flag, place, RowsForm(formdata=None), _held(row) if row is not None else editing.beginning())


@blueprint.post("/flags/<flag_key>/<environment>/rollout")
@permission("flag.edit")
def rollout_post(flag_key: str, environment: str) -> ResponseReturnValue:
    """Plan one, or plan anew what nobody has started; or show the form with a row more or less."""
    form, flag, place = RowsForm(), named(flag_key), environment_named(environment)
    shown = editing.read(form.values())
    if (do := form.text("do") or verbs.SAVE) != verbs.SAVE:
        return _page(flag, place, form, editing.act(shown, do))
    uow = current_uow()
    row = rows.opened(uow, flag, place)
    try:
        wanted = Wanted(
            editing.plan(shown), shown["stickiness"] or "userId", shown["constraints"], shown["segments"],
            editing.approvers(shown["approvers"]),
        )  # fmt: skip
        if row is not None and State(row.state) is State.READY:
            planning.change(uow, row, wanted, shown["note"])
        else:
            planning.create(uow, flag, place, wanted, shown["note"])
    except (InvalidInput, Conflict) as error:
        web.rollback(error)
        found = error.problems or [FieldProblem(error.field or "", error.code, error.message)]
        return _page(named(flag_key), environment_named(environment), form, shown, found), 422
    flash(_("The rollout is planned. Nobody has anything of it before it is started."), "good")
    return _back(flag_key, environment)


@blueprint.post("/flags/<flag_key>/<environment>/rollout/act")
@permission("flag.edit")
def rollout_act(flag_key: str, environment: str) -> ResponseReturnValue:
    """Start, pause, resume, hold, go on, complete or roll back."""
    form, uow = RowsForm(), current_uow()
    row = rows.opened(uow, named(flag_key), environment_named(environment))
    do = form.text("do")
    if row is None or do not in list(Verb):
        raise Conflict(_("No rollout is open here any more. Look at the page again."), code="rollout.none")
    driving.act(uow, row, Verb(do), form.text("note"))
    flash(_("The rollout now: %(state)s.", state=words.STATES[State(row.state)][0]), "good")
    return _back(flag_key, environment)


@blueprint.get("/flag-metrics")
@permission("flag.read")
def metrics() -> ResponseReturnValue:
    """What programs may measure, and guardrails watch."""
    return _metrics_page(NewMetric(formdata=None))


@blueprint.post("/flag-metrics")
@permission("flag.edit")
def metric_add() -> ResponseReturnValue:
    """Name one."""
    form = NewMetric()
    if form.validate_on_submit():
        try:
            row = measured.create(
                current_uow(), key=form.key.data or "", title=form.title.data or "", kind=form.kind.data,
                worse=form.worse.data,
            )  # fmt: skip
        except (InvalidInput, Conflict) as error:
            show_in(form, error, "key")
        else:
            flash(_("The metric “%(title)s” is there. Programs report it by its key.", title=row.title), "good")
            return redirect(url_for("flags.metrics"))
    return _metrics_page(form), 422


def _metrics_page(form: NewMetric) -> str:
    found = measured.listed(current_uow())
    return render_template("flags/metrics.html", form=form, found=found, words=words)


def _page(
    flag: Flag, place: FlagEnvironment, form: RowsForm, shown: editing.Shown, problems: Sequence[FieldProblem] = ()
) -> str:
    uow = current_uow()
    found = rows.newest(uow, flag, place, 1)
    row = found[0] if found else None
    is_open = row is not None and row.ended_at is None
    return render_template(
        "flags/rollout.html", flag=flag, environment=place, form=form, shown=shown, said=Said(problems), row=row,
        open=is_open, planned=is_open and row is not None and State(row.state) is State.READY,
        metrics=measured.listed(uow), words=words, flag_words=flag_words, operators=OPERATORS, listed=sorted(LISTED),
        segments=segment_names(), **(_known(row, uow.now) if row is not None else {}),
    )  # fmt: skip


def _held(row: FlagRollout) -> editing.Shown:
    kinds = {one.key: one.kind for one in measured.listed(current_uow())}
    return editing.shown(rows.plan_of(row), row.audience, row.approvers, kinds)


def _known(row: FlagRollout, now: datetime) -> dict[str, object]:
    uow, plan, position = current_uow(), rows.plan_of(row), rows.position_of(row)
    known = weighing.evidence(uow, row)
    by_key = {one.key: one for one in measured.listed(uow)}
    alpha = plan.alpha / max(1, len(plan.guardrails))
    guarded = [
        Guarded(by_key[one.metric], look(one, *known.metrics[one.metric], alpha))
        for one in plan.guardrails
        if one.metric in known.metrics
    ]
    return {
        "plan": plan, "known": known, "share": rows.share_of(row), "guarded": guarded,
        "move": decide(plan, position, known, now), "verbs": driving.allowed(row), "events": rows.events(uow, row),
        "verb": Verb, "chip_of": words.STATES[State(row.state)],
    }  # fmt: skip


def _back(flag_key: str, environment: str) -> ResponseReturnValue:
    return redirect(url_for("flags.rollout", flag_key=flag_key, environment=environment))
