"""Settings: whom alerts are told, when, and of what."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals.escalation import MOST_LEVELS
from studio.approvals.service import calendars
from studio.contract.wording import field_problems
from studio.core import web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.web import current_uow
from studio.oversight.alerts import ruling
from studio.oversight.alerts.rules import Rule
from studio.oversight.alerts.ruling import NamedRule
from studio.portal import alert_rule_words
from studio.portal.alert_rule_form import AlertRuleForm, fresh, shown
from studio.portal.views.blueprint import blueprint
from studio.portal.views.slack import slack_ready


@blueprint.get("/settings/alert-rules")
@permission("settings.read")
def alert_rules() -> ResponseReturnValue:
    """List them in the order in which they are tried."""
    uow = current_uow()
    return render_template("portal/alert_rules.html", rules=alert_rule_words.said(uow, ruling.kept(uow)))


@blueprint.get("/settings/alert-rules/new")
@permission("settings.manage")
def new_alert_rule() -> ResponseReturnValue:
    """The form of a new one."""
    return _page(AlertRuleForm(formdata=None, data=fresh(signed_in_person().time_zone)), None)


@blueprint.post("/settings/alert-rules")
@permission("settings.manage")
def create_alert_rule() -> ResponseReturnValue:
    """Make one: it is tried after all others."""
    form = AlertRuleForm()
    answer = _saved(form, None)
    if answer is not None:
        return answer
    flash(_("The rule is made. It is tried after those above it."), "good")
    return redirect(url_for("portal.alert_rules"), 303)


@blueprint.get("/settings/alert-rules/<uuid:alert_rule_id>")
@permission("settings.manage")
def alert_rule(alert_rule_id: UUID) -> ResponseReturnValue:
    """One rule."""
    uow = current_uow()
    kept = ruling.get(uow, alert_rule_id)
    ids = alert_rule_words.by_address(uow)
    data = shown(kept.name, kept.seen, kept.rule, enabled=kept.enabled, ids=ids)
    data["quiet_zone"] = data["quiet_zone"] or signed_in_person().time_zone
    return _page(AlertRuleForm(formdata=None, data=data), kept)


@blueprint.post("/settings/alert-rules/<uuid:alert_rule_id>")
@permission("settings.manage")
def change_alert_rule(alert_rule_id: UUID) -> ResponseReturnValue:
    """Store what was edited, unless somebody else has edited it meanwhile."""
    answer = _saved(AlertRuleForm(), ruling.get(current_uow(), alert_rule_id))
    if answer is not None:
        return answer
    flash(_("The rule is changed. Alerts that are open keep the rule that they were opened by."), "good")
    return redirect(url_for("portal.alert_rules"), 303)


@blueprint.post("/settings/alert-rules/<uuid:alert_rule_id>/earlier")
@permission("settings.manage")
def alert_rule_earlier(alert_rule_id: UUID) -> ResponseReturnValue:
    """Have it tried before the one above it."""
    ruling.earlier(current_uow(), alert_rule_id)
    return redirect(url_for("portal.alert_rules"), 303)


@blueprint.post("/settings/alert-rules/<uuid:alert_rule_id>/delete")
@permission("settings.manage")
def delete_alert_rule(alert_rule_id: UUID) -> ResponseReturnValue:
    """Do without it."""
    ruling.remove(current_uow(), alert_rule_id)
    flash(_("The rule is gone. Alerts that are open keep the rule that they were opened by."), "good")
    return redirect(url_for("portal.alert_rules"), 303)


def _saved(form: AlertRuleForm, kept: NamedRule | None) -> ResponseReturnValue | None:
    """Make or change one; the page again, with what is wrong, where that did not go."""
    uow = current_uow()
    if form.level.data:  # another level is to be seen; nothing is judged or stored
        if len(form.levels) < MOST_LEVELS - 1:
            form.levels.append_entry()
        return _page(form, kept)
    _offer(form)
    if not form.validate_on_submit():
        return _page(form, kept), 422
    try:
        wanted = NamedRule(form.name.data or "", _rule(form), bool(form.enabled.data), seen=form.seen.data or "")
        if kept is None or kept.id is None:
            ruling.add(uow, wanted)
        else:
            ruling.change(uow, kept.id, wanted)
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return _page(form, kept), error.status
    return None


def _rule(form: AlertRuleForm) -> Rule:
    try:
        return Rule.model_validate(form.rule)
    except ValidationError as error:
        problems = field_problems(error, "rule")
        raise InvalidInput(problems[0].message, problems=problems) from None


def _show(form: AlertRuleForm, error: StudioError) -> None:
    """Take back what the service had begun; say why beside each field."""
    web.rollback(error)
    for problem in error.problems:
        field = form.field_at(problem.path)
        field.errors = [*field.errors, problem.message]
    if not error.problems:
        form.name.errors = [*form.name.errors, error.message]


def _page(form: AlertRuleForm, kept: NamedRule | None) -> str:
    _offer(form)
    return render_template("portal/alert_rule.html", form=form, kept=kept, slack_ready=slack_ready())


def _offer(form: AlertRuleForm) -> None:
    uow = current_uow()
    names = [SelectChoice(row.name, row.name) for row in calendars.every(uow)]
    form.offer(
        alert_rule_words.kinds(), alert_rule_words.subjects(uow), alert_rule_words.whom(uow),
        [SelectChoice("", _("The default calendar")), *names],
    )  # fmt: skip
