"""The diff of a change: it says all, says it once, and names things as people do."""

from hypothesis import given
from hypothesis import strategies as st

from studio.flags.service.differing import differences, same
from studio.flags.service.sharing import largest_share

words = st.sampled_from(["beta", "vip", "de", "x.y"])
values = st.none() | st.booleans() | st.integers(0, 1) | words | st.lists(words, max_size=2)
entries = st.fixed_dictionaries(
    {"name": words},
    optional={"title": words, "parameters": st.dictionaries(words, values, max_size=2), "disabled": values},
)
states = st.fixed_dictionaries(
    {"enabled": st.booleans(), "strategies": st.lists(entries, max_size=4), "variants": st.lists(entries, max_size=3)},
    optional={"off_value": values},
)


@given(states, states)
def test_it_is_empty_just_where_nothing_differs_and_each_field_is_told_once(before, after):
    found = differences(before, after)
    assert (found == []) == same(before, after)
    assert len({one["field"] for one in found}) == len(found)
    back = {one["field"]: (one["after"], one["before"]) for one in differences(after, before)}
    values_of = [one for one in found if not one["field"].endswith(".order")]
    assert {one["field"] for one in values_of} == {field for field in back if not field.endswith(".order")}
    assert all(same(back[one["field"]], (one["before"], one["after"])) for one in values_of)


def test_it_names_strategies_and_constraints_and_says_what_was_removed_and_moved():
    beta = {"name": "flexibleRollout", "title": "Beta", "parameters": {"rollout": "10"},
            "constraints": [{"contextName": "country", "operator": "IN", "values": ["DE"]}]}  # fmt: skip
    staff, gone = {"name": "userWithId", "title": "Staff"}, {"name": "default"}
    wider = beta | {"parameters": {"rollout": "25"},
                    "constraints": [{"contextName": "country", "operator": "IN", "values": ["DE", "AT"]}]}  # fmt: skip
    found = differences({"strategies": [gone, beta, staff]}, {"strategies": [staff, wider]})
    assert found == [
        {"field": "strategies.default", "before": gone, "after": None},
        {"field": "strategies.Beta.parameters.rollout", "before": "10", "after": "25"},
        {"field": "strategies.Beta.constraints.country.values", "before": ["DE"], "after": ["DE", "AT"]},
        {"field": "strategies.order", "before": ["default", "Beta", "Staff"], "after": ["Staff", "Beta"]},
    ]
    assert differences({"a": 1}, {"a": True}) == [{"field": "a", "before": 1, "after": True}]


def test_the_largest_share_that_a_setting_reaches():
    of = lambda *found, on=True: largest_share({"enabled": on, "strategies": found})  # noqa: E731 - two words for what each line below repeats
    share = lambda percent, **more: {"name": "flexibleRollout", "parameters": {"rollout": percent}, **more}  # noqa: E731 - see above
    assert (of(on=False), of(), of(share("25"), share("5"))) == (0.0, 100.0, 25.0)
    assert (of(share("25"), share("90", disabled=True)), of(share("all"))) == (25.0, 100.0)
    assert of({"name": "userWithId", "parameters": {"userIds": "anna"}}) == 0.0
    assert of({"name": "gradualRolloutUserId", "parameters": {"percentage": "40"}}) == 40.0
