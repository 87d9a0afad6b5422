"""Rules of alerts by the API: replaced as a whole, or refused with every field that is wrong."""

from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.core.ids import new_id
from studio.oversight.alerts.opening import enabled
from tests.factories.workflows import make_workflow

URL = "/api/v1/alert-rules"


def night(**more) -> dict:
    return {
        "kinds": ["workflow.failing"],
        "whom": ["owner"],
        "levels": [{"after": {"amount": 15, "unit": "minutes"}, "targets": ["owner"]}],
        "quiet": {"zone": "Europe/Berlin", "from": "22:00", "until": "07:00"},
        **more,
    }


def test_rules_are_set_followed_and_audited(api, app, tenant, database):
    assert api.get(URL).json == {"rules": []}
    workflow_id = str(make_workflow(app, tenant))
    rules = [
        {"name": "At night", "rule": night()},
        {"name": "One workflow", "enabled": False, "rule": night(about="workflow", value=workflow_id, failures=3)},
    ]
    put = api.put(URL, json={"rules": rules})
    assert put.status_code == 200, put.json
    assert api.get(URL).json == put.json
    assert [(one["name"], one["enabled"]) for one in put.json["rules"]] == [("At night", True), ("One workflow", False)]
    with database.unit(tenant.id) as uow:
        [found] = enabled(uow)
        assert (found.rule.kinds, found.rule.quiet.zone) == (["workflow.failing"], "Europe/Berlin")
        assert uow.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc())).first() == (
            "alert_rules.changed"
        )
    assert api.put(URL, json={"rules": put.json["rules"][::-1]}).json["rules"][0]["name"] == "One workflow"
    assert api.put(URL, json={"rules": []}).json == {"rules": []}


def test_every_wrong_field_is_named_and_nothing_changes(api):
    good = {"rules": [{"name": "At night", "rule": night()}]}
    api.put(URL, json=good)
    before = api.get(URL).json
    bad = night(
        kinds=["workflow.bored"], about="workflow", value=str(new_id()), whom=["owner", "group:Nobody"],
        quiet={"zone": "Mars/Base", "from": "22:00", "until": "07:00"},
        levels=[{"after": {"amount": 1, "unit": "working_hours", "calendar": "No such"}, "targets": ["user:gone"]}],
    )  # fmt: skip
    refused = api.put(URL, json={"rules": [{"name": "Same", "rule": night()}, {"name": "same", "rule": bad}]})
    assert refused.status_code == 422
    assert {error["path"] for error in refused.json["errors"]} == {
        "rules.1.name", "rules.1.rule.kinds.0", "rules.1.rule.value", "rules.1.rule.quiet.zone",
        "rules.1.rule.whom.1", "rules.1.rule.levels.0.targets.0", "rules.1.rule.levels.0.after",
    }  # fmt: skip
    assert api.get(URL).json == before
    for rule in (night(failures=0), night(quiet={"zone": "UTC", "from": "9:00", "until": "10:00"}), {"whim": 1}):
        assert api.put(URL, json={"rules": [{"name": "x", "rule": rule}]}).status_code == 422
    assert api.get(URL).json == before


def test_whoever_may_not_manage_settings_changes_nothing(caller):
    assert caller("auditor").put(URL, json={"rules": []}).status_code == 403
