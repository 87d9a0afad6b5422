"""Flags in runs: a way on by a flag, a flag set by a step, and runs that a change starts."""

import pytest

from studio.core.errors import Conflict, InvalidInput
from studio.flags.models import Flag, FlagSegment, FlagSegmentVersion, FlagVersion
from studio.flags.service import archiving, changing, finding, listing, segments
from studio.runtime.models import Run
from tests.engine.rig import step
from tests.factories.flags import EVERYBODY, make_flag, make_segment
from tests.factories.guard import make_guard_policy
from tests.factories.workflows import make_workflow, refunds

HERE = {"flag": "new-checkout", "environment": "development"}
GIVE = step("give", "flag.set", HERE | {"do": "give", "field": "segment", "values": ["{{ trigger.segment }}"],
                                        "note": "Refund of {{ trigger.order }}"})  # fmt: skip
ASK = step("ask", "flag.evaluate", HERE | {"unit": "{{ trigger.customer }}",
                                           "properties": {"segment": "{{ trigger.segment }}"}})  # fmt: skip
DATA = {"segment": "vip", "customer": "4711", "order": "1042"}


def outputs(rig, run_id):
    return {one.node_key: (one.port, one.output) for one in rig.steps(run_id)}


def held(rig, name="development"):
    with rig.database.unit(rig.workspace_id, read_only=True) as unit:
        row = finding.setting(unit, finding.flag(unit, "new-checkout"), finding.environment(unit, name))
        return row and (row.enabled, row.strategies)


def test_a_run_switches_a_flag_for_a_segment_once_and_asks_it_whatever_dies(app, tenant, make_rig):
    make_flag(app, tenant)
    rig = make_rig([GIVE, ASK], [("t", "next", "give"), ("give", "next", "ask")])
    first = rig.accept(DATA).run_id
    assert rig.drain("main", crash_at="local.before_commit")
    assert held(rig) is None
    rig.later(60)
    rig.settle()
    port, told = outputs(rig, first)["give"]
    assert (port, told["changed"], told["enabled"], told["version"]) == ("next", True, True, 2)
    assert outputs(rig, first)["ask"][0] == "on"
    [made, switched] = rig.all(FlagVersion)
    assert (switched.number, switched.run_id, switched.note, switched.cause) == (2, first, "Refund of 1042", "Rig")
    constraint = {"contextName": "segment", "operator": "IN", "values": ["vip"]}
    assert held(rig) == (True, [{"name": "default", "title": "Set by workflows", "constraints": [constraint]}])
    again = rig.accept(DATA).run_id
    rig.settle()
    assert outputs(rig, again)["give"][1]["changed"] is False
    assert len(rig.all(FlagVersion)) == 2
    assert made.run_id is None


def test_shares_segments_and_turning_off_by_steps(app, tenant, make_rig):
    number = make_segment(app, tenant, "Pros").number
    make_flag(app, tenant, on=["development"], strategies=[{"name": "default", "segments": [number]}])
    segment = HERE | {"do": "give", "field": "plan", "values": ["max"], "segment": "Pros"}
    nodes = [
        step("share", "flag.set", HERE | {"do": "share", "share": 25}),
        step("grow", "flag.set", segment),
        step("off", "flag.set", HERE | {"do": "off"}),
        step("empty", "flag.set", segment | {"do": "take", "values": ["max", "pro"]}),
    ]
    rig = make_rig(
        nodes, [("t", "next", "share"), ("share", "next", "grow"), ("grow", "next", "off"), ("off", "next", "empty")]
    )
    run_id = rig.accept(DATA).run_id
    rig.settle()
    found = {one.node_key: one for one in rig.steps(run_id)}
    assert found["share"].output["percent"] == 100.0, "whoever has it by the segment keeps it"
    assert held(rig)[1][1]["parameters"]["rollout"] == "25"
    listed = [one.state["constraints"][0]["values"] for one in rig.all(FlagSegmentVersion)]
    assert listed == [["pro"], ["pro", "max"], []]
    assert held(rig)[0] is False
    assert found["empty"].output["segment"] == "Pros"
    assert rig.all(FlagSegment)[0].constraints[0]["values"] == [], "nobody is in it"
    assert rig.run(run_id).state == "succeeded"


def test_in_production_a_step_does_what_the_policies_let_it(app, tenant, make_rig, database):
    make_flag(app, tenant)
    make_guard_policy(database, tenant, target="flag.rollout", condition="facts.percent > 20.0",
                      step_up={"strength": "password"})  # fmt: skip
    real = {"flag": "new-checkout", "do": "share"}
    nodes = [step("few", "flag.set", real | {"share": 10}), step("all", "flag.set", real | {"share": 100})]
    rig = make_rig(nodes, [("t", "next", "few"), ("few", "next", "all")])
    run_id = rig.accept(DATA).run_id
    rig.settle()
    failed = {one.node_key: one.error for one in rig.steps(run_id) if one.error}
    assert failed["all"]["code"] == "guard.required"
    assert held(rig, "production")[1][0]["parameters"]["rollout"] == "10"


def test_a_change_starts_those_who_listen_and_no_workflow_hears_itself(app, tenant, make_rig):
    make_flag(app, tenant)
    rig = make_rig([GIVE], [("t", "next", "give")])
    heard = rig.publish([], [], name="Told", trigger="flag.changed", config={"flag": "new-checkout"})
    other = rig.publish([], [], name="Other", trigger="flag.changed", config={"flag": "other"})
    own = rig.publish([GIVE], [("t", "next", "give")], name="Itself", trigger="flag.changed", config={})
    rig.accept(DATA)
    rig.settle()
    runs = rig.all(Run)
    assert [one.workflow_id for one in runs].count(heard.workflow_id) == 1
    assert [one.workflow_id for one in runs].count(own.workflow_id) == 1
    assert other.workflow_id not in [one.workflow_id for one in runs]
    assert rig.all(Flag)[0].version == 2, "the second step found nothing to change"


def test_a_flag_with_values_is_asked_and_one_that_is_gone_fails_the_step(app, tenant, make_rig):
    large = {"name": "large", "weight": 1000, "payload": {"type": "number", "value": "40"}}
    make_flag(app, tenant, kind="number", on=["development"], strategies=[EVERYBODY], variants=[large])
    rig = make_rig([ASK], [("t", "next", "ask")])
    run_id = rig.accept(DATA).run_id
    rig.settle()
    assert outputs(rig, run_id)["ask"][1] == HERE | {"enabled": True, "variant": "large", "value": 40}
    other = make_rig([step("ask", "flag.evaluate", HERE | {"flag": "none"})], [("t", "next", "ask")])
    run_id = other.accept(DATA).run_id
    other.settle()
    [failed] = [one.error for one in other.steps(run_id) if one.error]
    assert (failed["code"], failed["field"]) == ("flag.unknown", "config.flag")


def test_a_flag_that_a_workflow_names_is_shown_as_used_and_archived_only_on_purpose(app, tenant, database):
    make_flag(app, tenant)
    hook = {"key": "hook", "type": "trigger.webhook", "name": "Return", "config": {"sample": DATA}}
    ask = {"key": "ask", "type": "flag.evaluate", "name": "New checkout?", "config": HERE}
    edge = {"from": "hook", "port": "next", "to": "ask"}
    make_workflow(app, tenant, refunds(name="Checkout", nodes=[hook, ask], edges=[edge]), published=True)
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        flag = finding.flag(uow, "new-checkout")
        [line], _more = listing.page(uow)
        assert list(line.workflows) == ["Checkout"]
        with pytest.raises(Conflict) as named:
            archiving.archive(uow, flag)
        assert named.value.code == "flag.named"
        assert "Checkout" in named.value.message
        assert archiving.archive(uow, flag, even_if_named=True) is not None
    with pytest.raises(InvalidInput) as gone:
        make_workflow(
            app, tenant, refunds(nodes=[hook, ask | {"config": HERE | {"flag": "none"}}], edges=[edge]), published=True
        )
    assert "flag.unknown" in [one.code for one in gone.value.problems]


def test_a_segment_that_production_shares_is_left_alone(app, tenant, make_rig):
    means = [{"name": "default", "segments": [make_segment(app, tenant, "Pros").number]}]
    make_flag(app, tenant, on=["development"], strategies=means)
    make_flag(app, tenant, "other", on=["production"], strategies=means)
    grow = HERE | {"do": "give", "field": "plan", "values": ["max"], "segment": "Pros"}
    rig = make_rig([step("grow", "flag.set", grow)], [("t", "next", "grow")])
    run_id = rig.accept(DATA).run_id
    rig.settle()
    [*_, failed] = rig.steps(run_id)
    assert failed.error["code"] == "flag.segment_shared"
    assert rig.all(FlagSegment)[0].version == 1


def test_a_flag_without_a_rule_is_turned_on_for_a_segment_that_begins_with_nobody(app, tenant, make_rig, database):
    make_flag(app, tenant)
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        nobody = {"contextName": "userId", "operator": "IN", "values": []}
        number = segments.create(uow, name="Refunded", constraints=[nobody]).number
    let_in = HERE | {"do": "give", "field": "userId", "values": ["{{ trigger.customer }}"], "segment": "Refunded"}
    rig = make_rig([step("give", "flag.set", let_in), ASK], [("t", "next", "give"), ("give", "next", "ask")])
    first = rig.accept(DATA).run_id
    assert rig.drain("main", crash_at="local.before_commit")
    assert held(rig) is None, "neither of the two is changed without the other"
    rig.later(60)
    rig.settle()
    second, again = rig.accept(DATA | {"customer": "4712"}).run_id, rig.accept(DATA).run_id
    rig.settle()
    told = [outputs(rig, run_id)["give"][1]["changed"] for run_id in (first, second, again)]
    assert told == [True, True, False]
    assert held(rig) == (True, [{"name": "default", "title": "Set by workflows", "segments": [number]}])
    assert [one.constraints[0]["values"] for one in rig.all(FlagSegment)] == [["4711", "4712"]]
    assert len(rig.all(FlagVersion)) == 2, "turned on once"
    assert outputs(rig, first)["ask"][0] == "on"


def test_one_that_somebody_turned_off_stays_off_while_people_come_into_its_segment(app, tenant, make_rig, database):
    means = [{"name": "default", "segments": [make_segment(app, tenant, "Pros").number]}]
    flag = make_flag(app, tenant, on=["development"], strategies=means)
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        changing.turn(uow, finding.flag(uow, flag.key), finding.environment(uow, "development"), on=False)
    grow = HERE | {"do": "give", "field": "plan", "values": ["max"], "segment": "Pros"}
    rig = make_rig([step("grow", "flag.set", grow)], [("t", "next", "grow")])
    run_id = rig.accept(DATA).run_id
    rig.settle()
    assert outputs(rig, run_id)["grow"][1]["enabled"] is False
    assert held(rig)[0] is False
    assert rig.all(FlagSegment)[0].constraints[0]["values"] == ["pro", "max"]


def test_a_rule_of_its_own_is_left_alone_where_it_does_not_mean_the_segment(app, tenant, make_rig):
    make_segment(app, tenant, "Pros")
    make_flag(app, tenant, on=["development"], strategies=[EVERYBODY])
    grow = HERE | {"do": "give", "field": "plan", "values": ["max"], "segment": "Pros"}
    rig = make_rig([step("grow", "flag.set", grow)], [("t", "next", "grow")])
    run_id = rig.accept(DATA).run_id
    rig.settle()
    [*_, failed] = rig.steps(run_id)
    assert failed.error["code"] == "flag.segment_other"
    assert rig.all(FlagSegment)[0].version == 1
