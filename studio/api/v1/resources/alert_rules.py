"""Whom alerts are told, in which order of rules."""

from studio.api.v1.operations import operation
from studio.api.v1.shapes.alert_rules import AlertRules, NamedAlertRule
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import ruling
from studio.oversight.alerts.ruling import NamedRule

TAG = "Alerts"


@operation("GET", "/alert-rules", tag=TAG, needs="settings.read", answer=AlertRules)
def get_alert_rules(uow: UnitOfWork) -> AlertRules:
    """The rules, in the order in which they are tried: the first that fits an alert says whom it is told."""
    return _view(ruling.kept(uow))


@operation("PUT", "/alert-rules", tag=TAG, needs="settings.manage", body=AlertRules, answer=AlertRules)
def put_alert_rules(uow: UnitOfWork, body: AlertRules) -> AlertRules:
    """Replace all rules. Alerts that go on keep the rule that they were opened by.

    Where no rule fits, whoever owns the workflow is told at once.
    """
    return _view(ruling.replace(uow, [NamedRule(one.name, one.rule, one.enabled) for one in body.rules]))


def _view(found: list[NamedRule]) -> AlertRules:
    named = [NamedAlertRule(name=one.name, enabled=one.enabled, rule=one.rule) for one in found]
    return AlertRules(rules=named)
