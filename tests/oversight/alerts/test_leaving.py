"""Somebody leaves who is on an alert: it is the heir's, or open again, so that nothing waits for who is gone."""

import pytest

from studio.contract.leaving import Fate, Leave, Somebody
from studio.oversight.alerts import verbs
from studio.oversight.leaving.alerting import AlertsPart

LEVELS = {
    "whom": ["owner"],
    "levels": [{"after": {"amount": 15, "unit": "minutes"}, "targets": ["owner"]}],
}


def somebody(night, role):
    person = night.tenant[role]
    return Somebody(person.user_id, person.name, person.email)


@pytest.mark.parametrize("heir", [True, False])
@pytest.mark.parametrize("verb", ["acknowledged", "snoozed"])
def test_an_alert_does_not_wait_for_who_is_gone(night, heir, verb):
    night.rule(LEVELS)
    night.run()
    night.later(seconds=15)
    who, to = somebody(night, "builder"), somebody(night, "admin") if heir else None
    [alert] = night.alerts()
    with night.unit(night.tenant["builder"]) as uow:
        if verb == "acknowledged":
            verbs.acknowledge(uow, alert.id)
        else:
            verbs.snooze(uow, alert.id, verbs.LONGEST_SNOOZE)
    leave = Leave(who, to)
    with night.unit(night.tenant["owner"]) as uow:
        [holding] = AlertsPart().look(uow, leave)
        assert (holding.count, holding.fate) == (1, Fate.HANDED if heir else Fate.KEPT)
        AlertsPart().carry_out(uow, leave)
    [after] = night.alerts()
    assert who.id not in (after.acknowledged_by, after.snoozed_by)
    if heir:
        assert to.id in (after.acknowledged_by, after.snoozed_by)
    else:
        assert (after.state, after.snoozed, after.next_at is not None) == ("open", False, True)
    with night.unit() as uow:
        assert AlertsPart().look(uow, leave) == []
