"""Small switches by steps: they let in whom they say and nobody else, whatever the rules were before."""

from hypothesis import given
from hypothesis import strategies as st

from studio.flags.evaluation.compiled import compile_state
from studio.flags.service.changing import Change
from studio.flags.service.switching import give, give_constraints, give_segment, take, take_constraints, to_share

VALUES = ["vip", "pro", "new"]
rules = st.lists(
    st.sampled_from([
        {"name": "default"},
        {"name": "userWithId", "parameters": {"userIds": "anna"}},
        {"name": "default", "title": "Groups", "constraints": [
            {"contextName": "group", "operator": "IN", "values": ["vip"]}]},
        {"name": "default", "constraints": [{"contextName": "group", "operator": "NOT_IN", "values": ["new"]}]},
        {"name": "default", "constraints": [
            {"contextName": "group", "operator": "IN", "values": ["pro"], "inverted": True}]},
    ]), max_size=3,
)  # fmt: skip
changes = st.builds(Change, st.booleans(), rules, st.just([]))
CONTEXTS = [
    {"userId": user, **({"group": group} if group else {})} for user in ("anna", "bo") for group in (None, *VALUES)
]


def reached(held):
    """For which of the contexts it is on."""
    flag = {"name": "f", "enabled": held.enabled, "strategies": list(held.strategies)}
    evaluator = compile_state({"version": 2, "features": [flag], "segments": []})
    return [evaluator.is_enabled("f", one) for one in CONTEXTS]


@given(changes, st.lists(st.sampled_from(VALUES), min_size=1, max_size=2))
def test_giving_lets_in_whom_it_names_and_nobody_else(held, values):
    before, after = reached(held), reached(give(held, "group", values))
    for context, was, now in zip(CONTEXTS, before, after, strict=True):
        named = context.get("group") in values
        assert was or now in (False, named)
        assert now or not was
    if held.enabled:
        assert all(now for context, now in zip(CONTEXTS, after, strict=True) if context.get("group") in values)


@given(changes, st.lists(st.sampled_from(VALUES), min_size=1, max_size=2))
def test_taking_lets_nobody_in_and_undoes_giving(held, values):
    before, after = reached(held), reached(take(held, "group", values))
    assert all(was or not now for was, now in zip(before, after, strict=True))
    given_, fresh = give(held, "team", values), Change(held.enabled, held.strategies, held.variants)
    if given_ is not held:
        back = take(given_, "team", values)
        assert list(back.strategies) == list(fresh.strategies)
        assert reached(back) == reached(fresh)


@given(changes, st.integers(0, 100))
def test_a_share_is_moved_and_never_shown_to_whom_a_flag_that_is_off_hides_from(held, percent):
    moved = to_share(held, percent)
    [rollout] = [one for one in moved.strategies if one["name"] == "flexibleRollout"]
    assert rollout["parameters"]["rollout"] == str(percent)
    assert moved.enabled == (held.enabled or not held.strategies)
    assert to_share(to_share(held, 50), percent).strategies == moved.strategies


def test_a_segment_is_changed_in_its_list_alone():
    country = {"contextName": "country", "operator": "IN", "values": ["DE"]}
    groups = {"contextName": "group", "operator": "IN", "values": ["vip"]}
    grown = give_constraints([country, groups], "group", ["pro", "vip"])
    assert grown == [country, {**groups, "values": ["vip", "pro"]}]
    assert take_constraints(grown, "group", ["pro"]) == [country, groups]
    assert take_constraints([country, groups], "group", ["vip"]) == [country, {**groups, "values": []}]


@given(changes)
def test_a_segment_is_let_in_where_there_is_no_rule_and_the_flag_is_off_and_nowhere_else(held):
    after = give_segment(held, 7)
    if held.enabled or held.strategies:
        assert after is held
    else:
        assert after.enabled
        assert [one["segments"] for one in after.strategies] == [[7]]
