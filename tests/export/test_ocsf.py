"""Every action of the taxonomy as OCSF 1.8 has it, held against the published schema."""

from datetime import UTC, datetime
from functools import cache
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from studio.audit import taxonomy
from studio.audit.envelope import stamp
from studio.audit.registry import Action
from studio.export import components
from studio.export.components import CannotProcess
from studio.export.ocsf import classes
from studio.export.ocsf.classes import OTHER, activity_of
from studio.export.ocsf.event import of_record
from studio.export.processors.cloudevents import CloudEvents, CloudEventsSettings
from studio.export.processors.ocsf import Ocsf, OcsfSettings
from studio.export.records import of_event

components.load_all()
assert taxonomy
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
OCSF = Ocsf(OcsfSettings())
ACTIONS = sorted(Action.registry.values())


@cache
def published() -> dict:
    return get_ocsf_schema(version=classes.VERSION)


@cache
def validator(class_uid: int) -> Draft202012Validator:
    schema = OcsfJsonSchemaEmbedded(published())
    return Draft202012Validator(schema.get_class_schema(schema.lookup_class_name_from_uid(class_uid)))


def problems(event: dict) -> list[str]:
    found = validator(event["class_uid"]).iter_errors(event)
    return [f"{'.'.join(map(str, error.path))}: {error.message}" for error in found]


def event(of: Action, **changed) -> dict:
    """Such as the trail has it."""
    target = {"type": of.resource, "id": "7", "name": "Refunds", "scope": {}}
    context = {"ip": "192.0.2.7", "user_agent": "Firefox", "request_id": "r-1", "trace_id": None, "session_id": "s-1",
               "run_id": "run-1", "step_id": None}  # fmt: skip
    told = {
        "id": str(UUID(int=9)), "schema": "studio.audit/1", "seq": 12, "workspace_id": str(UUID(int=7)),
        "action": str(of), "action_version": of.version, "severity": of.severity,
        "occurred_at": stamp(AT), "recorded_at": stamp(AT), "prev_hash": "0" * 64, "hash": "1" * 64,
        "outcome": {"result": "success", "code": None, "reason": None},
        "actor": {"type": "user", "id": "u-1", "name": "Mara", "on_behalf_of": None}, "targets": [target],
        "context": context, "changes": [{"path": "role", "from": "viewer", "to": "admin", "redacted": False}],
        "metadata": dict(of.example), "redactions": [],
    }  # fmt: skip
    return told | changed


def bare(action: Action) -> dict:
    """The same with nothing that may be missing: a job of the house, with what told of people erased."""
    nothing = dict.fromkeys(event(action)["context"])
    return event(
        action, targets=[], changes=[], metadata={}, context=nothing | {"ip": "[erased]"},
        outcome={"result": "denied", "code": "x.y", "reason": "[erased]"},
        actor={"type": "system", "id": "system", "name": "Studio", "on_behalf_of": None},
    )  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_valid_in_its_class(action):
    for told in (event(action), bare(action)):
        sent = OCSF.process(of_event(told))
        assert sent.form == "ocsf"
        assert problems(dict(sent.body)) == []


def test_the_check_sees_what_is_wrong():
    """Were it to let everything through, the test above would show nothing."""
    sent = dict(OCSF.process(of_event(event(ACTIONS[0]))).body)
    assert problems(sent | {"colour": "red"})
    assert problems(sent | {"severity_id": 17})
    assert problems({name: value for name, value in sent.items() if name != "metadata"})


def test_classes_and_captions_are_the_published_ones():
    for one in classes.CLASSES.values():
        found = next(known for known in published()["classes"].values() if known["uid"] == one.uid)
        known = {int(number): told["caption"] for number, told in found["attributes"]["activity_id"]["enum"].items()}
        assert (found["caption"], found["category_name"]) == (one.name, one.category)
        assert one.activities.items() <= known.items()
        assert set(one.verbs.values()) <= set(one.activities)


def test_the_table_speaks_of_declared_actions_in_activities_of_their_class():
    for name, activity in classes.EXCEPTIONS.items():
        assert activity in {OTHER, *classes.CLASSES[Action.registry[name].ocsf].activities}


@pytest.mark.parametrize(
    ("action", "class_uid", "activity", "name"),
    [
        ("session.signed_in", 3002, 1, "Logon"),
        ("session.sign_in_failed", 3002, 1, "Logon"),
        ("step_up.confirmed", 3002, OTHER, "Confirmed"),
        ("member.created", 3001, 1, "Create"),
        ("factor.removed", 3001, 11, "MFA Factor Disable"),
        ("member.role_changed", 3005, 1, "Assign Privileges"),
        ("workflow.published", 3004, 10, "Activate"),
        ("export.paused", 3004, 12, "Suspend"),
        ("audit.exported", 6003, 2, "Read"),
        ("run.rerun", 6003, 1, "Create"),
    ],
)
def test_actions_mean_in_ocsf_what_they_mean_here(action, class_uid, activity, name):
    assert Action.registry[action].ocsf == class_uid
    told = activity_of(action, class_uid)
    assert (told.id, told.name) == (activity, name)


def test_nothing_that_was_recorded_is_lost():
    told = event(Action.registry["member.role_changed"])
    sent = OCSF.process(of_event(told)).body
    assert sent["metadata"]["uid"] == told["id"]
    assert (sent["metadata"]["sequence"], sent["metadata"]["tenant_uid"]) == (12, told["workspace_id"])
    assert sent["time"] == int(AT.timestamp() * 1000)
    assert sent["actor"]["user"]["uid"] == "u-1"
    assert sent["user"] == {"uid": "7", "name": "Refunds", "type_id": 1, "type": "User"}
    assert sent["privileges"] == ["role: admin"]
    assert sent["src_endpoint"] == {"ip": "192.0.2.7"}
    assert {name: sent["unmapped"][name] for name in ("targets", "changes", "metadata", "hash", "prev_hash")} == {
        name: told[name] for name in ("targets", "changes", "metadata", "hash", "prev_hash")
    }


def test_what_has_another_form_already_or_is_not_declared_is_put_aside():
    wrapped = CloudEvents(CloudEventsSettings()).process(of_event(event(ACTIONS[0])))
    with pytest.raises(CannotProcess):
        OCSF.process(wrapped)
    with pytest.raises(CannotProcess, match=r"house\.painted"):
        OCSF.process(of_event(event(ACTIONS[0], action="house.painted")))


words = st.from_regex(r"[a-z]{1,8}(_[a-z]{1,8}){0,2}", fullmatch=True)
values = st.none() | st.text(max_size=20) | st.integers() | st.lists(st.text(max_size=5), max_size=2)


@given(
    resource=words, verb=words, class_uid=st.sampled_from(sorted(classes.CLASSES)),
    severity=st.sampled_from(["info", "notice", "warning", "critical"]), gone=st.sets(st.sampled_from(
        ["outcome", "actor", "targets", "context", "changes", "metadata", "redactions"])), value=values,
)  # fmt: skip
def test_whatever_processors_left_of_an_event_is_valid(resource, verb, class_uid, severity, gone, value):
    """Names that no action has yet, parts that were dropped, values that were put elsewhere."""
    told = event(ACTIONS[0], action=f"{resource}.{verb}", severity=severity, labels={"environment": "live"})
    told["actor"]["name"] = told["context"]["ip"] = told["targets"][0]["name"] = value
    whole = of_event(told)
    record = whole.with_body({name: part for name, part in told.items() if name not in gone})
    assert problems(of_record(record, class_uid)) == []
