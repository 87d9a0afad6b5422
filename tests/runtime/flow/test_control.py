"""What a workflow's settings make of an event: the keys that its run counts for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import InvalidInput
from studio.runtime.document import Settings
from studio.runtime.flow.control import Control, written

ORDER = {"key": "trigger.id"}


def control(**settings) -> Control:
    return Control.of(written(Settings.model_validate(settings), workspace=False))


def test_no_settings_limit_nothing():
    assert written(Settings(), workspace=False) is None
    assert written(Settings(priority="high"), workspace=False) is None
    assert Control.of(None) is None


@pytest.mark.parametrize(
    ("settings", "lane"),
    [
        ({"one_at_a_time": {}}, "gate"),
        ({"one_at_a_time": {"conflict": "cancel"}}, "gate"),
        ({"one_at_a_time": {"conflict": "skip"}}, "main"),
        ({"at_once": {"limit": 2}}, "gate"),
        ({"rate": {"limit": 2}}, "gate"),
        ({"rate": {"limit": 2, "over": "skip"}}, "main"),
        ({"one_at_a_time": {"conflict": "skip"}, "at_once": {"limit": 2}}, "gate"),
    ],
)
def test_only_what_may_have_to_wait_passes_the_gate(settings, lane):
    keys = control(**settings).keys({})
    assert keys.lane == lane
    assert (keys.gate is not None) == (lane == "gate")


def test_a_workspace_limit_alone_counts_every_run():
    keys = Control.of(written(Settings(), workspace=True)).keys({})
    assert (keys.lane, keys.order, keys.place, keys.rate) == ("gate", None, "", None)


def test_keys_are_texts_of_the_trigger():
    keys = control(one_at_a_time=ORDER, at_once={"limit": 1, "key": "trigger.shop"}, rate={"limit": 1}).keys(
        {"id": 6021, "shop": "Lumen"}
    )
    assert (keys.order, keys.place, keys.rate) == ("6021", "Lumen", "")


@pytest.mark.parametrize("value", [None, "", [], {}, {"a": 1}, ["a"], "x" * 256])
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("one_at_a_time", ORDER),
        ("at_once", {"limit": 1, **ORDER}),
        ("rate", {"limit": 1, **ORDER}),
    ],
)
def test_a_value_that_is_no_key_is_refused_by_name(name, settings, value):
    with pytest.raises(InvalidInput) as refused:
        control(**{name: settings}).keys({"id": value})
    assert (refused.value.code, refused.value.field) == ("flow.key", f"settings.{name}.key")


def test_a_field_that_is_not_there_is_refused():
    with pytest.raises(InvalidInput, match="could not be read"):
        control(one_at_a_time=ORDER).keys({"other": 1})


@given(st.text(min_size=1, max_size=255), st.text(min_size=1, max_size=255))
def test_runs_of_one_key_stand_in_one_line_and_others_in_others(one, other):
    limits = control(one_at_a_time=ORDER)
    assert (limits.keys({"id": one}).gate == limits.keys({"id": other}).gate) == (one == other)
