"""What is refused when somebody saves, with code and path; and that the same, read leniently, lets nobody in."""

import orjson
import pytest

from studio.flags.evaluation import limits
from studio.flags.evaluation.compiled import compile_state
from studio.flags.evaluation.documents import Dependency, Feature
from studio.flags.evaluation.reading import UnreadableFlags, read_feature
from studio.flags.evaluation.strict import accept_body, accept_feature, accept_segment, accept_state
from studio.flags.outcomes import Kind

GOOD = {
    "name": "checkout",
    "enabled": True,
    "strategies": [
        {
            "name": "flexibleRollout",
            "parameters": {"rollout": "30", "stickiness": "userId", "groupId": "checkout"},
            "constraints": [
                {"contextName": "country", "operator": "IN", "values": ["DE"]},
                {"contextName": "email", "operator": "REGEX", "value": "@example\\.com$"},
                {"contextName": "remoteAddress", "operator": "IN_CIDR", "values": ["10.0.0.0/8"]},
            ],
            "segments": [1],
            "variants": [{"name": "a", "weight": 333}, {"name": "b", "weight": 667}],
        }
    ],
    "variants": [{"name": "red", "weight": 1000, "payload": {"type": "json", "value": '{"a": 1}'}}],
    "dependencies": [{"feature": "parent", "variants": ["on"]}],
}
PARENT = read_feature({"name": "parent", "enabled": True, "variants": [{"name": "on", "weight": 1000}]})
LONELY = read_feature({"name": "lonely", "enabled": True})
CHILD = Feature("child", enabled=True, dependencies=(Dependency("lonely"),))
OTHERS = {one.name: one for one in (PARENT, LONELY, CHILD)}


def accept(raw, kind=None):
    return accept_feature(raw, features=OTHERS, segments={1}, kind=kind)


def refusal(call, *arguments, **more):
    with pytest.raises(UnreadableFlags) as caught:
        call(*arguments, **more)
    return {(problem.code, problem.path) for problem in caught.value.problems}


def strategy(name="default", constraint=None, **more):
    return {**GOOD, "strategies": [{"name": name, "constraints": [constraint] if constraint else [], **more}]}


def constraint(operator, **more):
    return strategy(constraint={"contextName": "x", "operator": operator, **more})


def rollout(**parameters):
    return strategy("flexibleRollout", parameters=parameters)


def variants(*weights, **more):
    return {**GOOD, "variants": [{"name": f"v{i}", "weight": one, **more} for i, one in enumerate(weights)]}


def depends(name, **more):
    return {**GOOD, "dependencies": [{"feature": name, **more}]}


AT = "strategies.0.constraints.0"
BAD = [
    (constraint("NEAR", value="1"), "flag.unknown_operator", f"{AT}.operator"),
    (constraint("NUM_EQ", value="many"), "flag.bad_number", f"{AT}.value"),
    (constraint("NUM_EQ"), "flag.bad_number", f"{AT}.value"),
    (constraint("DATE_AFTER", value="tomorrow"), "flag.bad_moment", f"{AT}.value"),
    (constraint("DATE_AFTER", value="2026-02-30T00:00:00Z"), "flag.bad_moment", f"{AT}.value"),
    (constraint("SEMVER_GT", value="v1"), "flag.bad_release", f"{AT}.value"),
    (constraint("REGEX", value="(regex"), "flag.bad_pattern", f"{AT}.value"),
    (constraint("REGEX", value="((a{100}){100}){100}"), "flag.bad_pattern", f"{AT}.value"),
    (constraint("REGEX", value="(.{0,30}){0,30}a.{900}$"), "flag.bad_pattern", f"{AT}.value"),
    (constraint("REGEX", value="(?=a)b"), "flag.bad_pattern", f"{AT}.value"),
    (constraint("REGEX", value="a" * 501), "flag.too_long", f"{AT}.value"),
    (constraint("REGEX"), "flag.bad_pattern", f"{AT}.value"),
    (constraint("IN", values=[]), "flag.no_values", f"{AT}.values"),
    (constraint("IN", values=["x"] * 1001), "flag.too_many", f"{AT}.values"),
    (constraint("IN", values=["x" * 1001]), "flag.too_long", f"{AT}.values.0"),
    (
        strategy(constraint={"contextName": "x" * 10_000, "operator": "IN", "values": ["1"]}),
        "flag.too_long",
        f"{AT}.contextName",
    ),
    (strategy(title="x" * 10_000), "flag.too_long", "strategies.0.title"),
    (rollout(rollout="25", stickiness="x" * 10_000), "flag.too_long", "strategies.0.parameters.stickiness"),
    (rollout(rollout="25", **{"x" * 10_000: "1"}), "flag.too_long", f"strategies.0.parameters.{'x' * 60}"),
    (rollout(rollout="25", **{f"p{i}": "1" for i in range(40)}), "flag.too_many", "strategies.0.parameters"),
    (variants(1000, stickiness="x" * 10_000), "flag.too_long", "variants.0.stickiness"),
    (
        variants(1000, overrides=[{"contextName": "x" * 10_000, "values": []}]),
        "flag.too_long",
        "variants.0.overrides.0.contextName",
    ),
    (constraint("IN_CIDR", values=["10.0.0.0/8", "10.0.0.0/33"]), "flag.bad_range", f"{AT}.values.1"),
    (constraint("IN", values="de"), "flag.not_a_list", f"{AT}.values"),
    (constraint("IN", values=["\ud800"]), "flag.unreadable", ""),
    (strategy("homemade"), "flag.unknown_strategy", "strategies.0.name"),
    (strategy(segments=[1, 7]), "flag.unknown_segment", "strategies.0.segments.1"),
    (strategy("userWithId"), "flag.no_parameter", "strategies.0.parameters.userIds"),
    (strategy("remoteAddress", parameters={"IPs": "10.0.0.1, here"}), "flag.bad_range", "strategies.0.parameters.IPs"),
    (rollout(rollout="101"), "flag.bad_share", "strategies.0.parameters.rollout"),
    (rollout(rollout="-1"), "flag.bad_share", "strategies.0.parameters.rollout"),
    (rollout(rollout="12.5"), "flag.bad_share", "strategies.0.parameters.rollout"),
    (rollout(), "flag.bad_share", "strategies.0.parameters.rollout"),
    (rollout(rollout="10", groupId='a"b'), "flag.bad_group", "strategies.0.parameters.groupId"),
    ({**GOOD, "strategies": [{"name": "default"}] * 31}, "flag.too_many", "strategies"),
    (variants(500, 499), "flag.weights", "variants"),
    (variants(-1, 1001), "flag.bad_weight", "variants.0.weight"),
    (variants(500, 500, name="same"), "flag.duplicate_variant", "variants.1.name"),
    (variants(1000, payload={"type": "xml", "value": ""}), "flag.payload_type", "variants.0.payload.type"),
    (variants(1000, payload={"type": "json", "value": "{"}), "flag.payload_not_json", "variants.0.payload.value"),
    (variants(1000, payload={"type": "number", "value": "x"}), "flag.payload_not_json", "variants.0.payload.value"),
    (variants(1000, payload={"type": "string", "value": "x" * 70_000}), "flag.too_large", "variants.0.payload.value"),
    (variants(1000, payload={"type": "string", "value": "x" * 1_000_000}), "flag.too_large", ""),
    (depends("checkout"), "flag.cycle", "dependencies.0.feature"),
    (depends("nowhere"), "flag.unknown_parent", "dependencies.0.feature"),
    (depends("child"), "flag.parent_depends", "dependencies.0.feature"),
    (depends("parent", variants=["off"]), "flag.unknown_variant", "dependencies.0.variants.0"),
    (depends("parent", enabled=False, variants=["on"]), "flag.variants_of_off", "dependencies.0.variants"),
    ({**depends("parent"), "name": "lonely"}, "flag.has_children", "dependencies"),
    ({**depends("child"), "name": "lonely"}, "flag.cycle", "dependencies.0.feature"),
    ({**GOOD, "enabled": "yes"}, "flag.not_a_boolean", "enabled"),
    ({**GOOD, "name": ""}, "flag.no_text", "name"),
    ({**GOOD, "strategies": ["default"]}, "flag.not_an_object", "strategies.0"),
    ([], "flag.not_an_object", ""),
]


@pytest.mark.parametrize(("raw", "code", "path"), BAD, ids=range(len(BAD)))
def test_it_is_refused_with_its_place(raw, code, path):
    assert (code, path) in refusal(accept, raw)


def test_what_is_right_is_read_whole():
    feature = accept(GOOD)
    assert feature == read_feature(GOOD)
    assert feature.strategies[0].variants[1].weight == 667


def test_all_findings_come_at_once():
    found = refusal(accept, {**constraint("NEAR"), "variants": [{"name": "a", "weight": 7}]})
    assert {code for code, _path in found} == {"flag.unknown_operator", "flag.weights"}


BROKEN = [raw for raw, code, _path in BAD if code in ("flag.bad_pattern", "flag.bad_share")]


@pytest.mark.parametrize("raw", BROKEN, ids=range(len(BROKEN)))
def test_read_leniently_it_holds_for_nobody(raw):
    one = {**raw, "dependencies": []}
    assert not compile_state({"features": [one]}).is_enabled("checkout", {"x": "aa", "userId": "7"})


def test_a_kind_wants_its_values():
    wanted = refusal(accept, GOOD, kind=Kind.NUMBER)
    assert ("flag.payload_type", "variants.0.payload.type") in wanted
    assert ("flag.no_value", "strategies.0.variants.0.payload") in wanted
    accept(variants(1000, payload={"type": "number", "value": "1.5"}) | {"strategies": []}, kind=Kind.NUMBER)


def test_a_segment_is_looked_at_as_well():
    assert accept_segment({"id": 1, "constraints": []}).id == 1
    found = refusal(accept_segment, {"id": 1, "constraints": [{"contextName": "x", "operator": "NEAR"}]})
    assert found == {("flag.unknown_operator", "constraints.0.operator")}


@pytest.mark.parametrize(
    ("more", "may"),
    [({}, True), ({"inverted": True}, False), ({"operator": "NOT_IN"}, False), ({"operator": "STR_CONTAINS"}, False)],
)
def test_a_segment_may_list_nobody_but_never_everybody(more, may):
    """A list that steps fill begins empty; turned around, it would let in whoever comes."""
    nobody = {"id": 1, "constraints": [{"contextName": "userId", "operator": "IN", "values": [], **more}]}
    if not may:
        assert refusal(accept_segment, nobody) == {("flag.no_values", "constraints.0.values")}
        return
    accept_segment(nobody)
    flag = {"name": "f", "enabled": True, "strategies": [{"name": "default", "segments": [1]}]}
    evaluator = compile_state({"version": 2, "features": [flag], "segments": [nobody]})
    assert not any(evaluator.is_enabled("f", one) for one in ({}, {"userId": "a"}, {"userId": ""}))


def test_a_whole_state():
    cycle = [
        {"name": "a", "enabled": True, "dependencies": [{"feature": "b"}]},
        {"name": "b", "enabled": True, "dependencies": [{"feature": "a"}]},
    ]
    found = refusal(accept_state, {"features": cycle})
    assert ("flag.cycle", "features.0.dependencies.0.feature") in found
    assert ("flag.cycle", "features.1.dependencies.0.feature") in found
    twice = {"features": [{"name": "a", "enabled": True}] * 2}
    assert refusal(accept_state, twice) == {("flag.duplicate", "features.1.name")}
    assert accept_body(orjson.dumps({"version": 2, "features": [{"name": "a", "enabled": True}]})).features[0].enabled


def test_a_body_that_is_too_large_is_not_even_read():
    assert refusal(accept_body, b"[" * (limits.BODY_BYTES + 1)) == {("flag.too_large", "")}
    assert refusal(accept_body, b"{") == {("flag.not_json", "")}
    assert refusal(accept_body, b"[" * limits.BODY_BYTES) == {("flag.not_json", "")}


def test_a_pattern_takes_time_by_the_text_alone():
    """A backtracking engine would not end here."""
    state = {"features": [constraint("REGEX", value="^(a+)+$") | {"dependencies": []}]}
    evaluator = compile_state(state)
    longest = "a" * limits.MATCHED_CHARACTERS
    assert evaluator.is_enabled("checkout", {"x": longest})
    assert not evaluator.is_enabled("checkout", {"x": longest[1:] + "b"})
    assert not evaluator.is_enabled("checkout", {"x": longest + "a"})
