"""If, switch, filter, only once."""

from datetime import timedelta

import pytest

from studio.contract.node import registry
from studio.contract.results import Done, Fail
from studio.expressions import EvaluationError
from studio.runtime.compile import ConfigError
from tests.fakes.node_world import World


def test_if_goes_one_way_or_the_other(world):
    assert world.start("condition.if", {"condition": "trigger.order.total > 400.0"}).port == "true"
    assert world.start("condition.if", {"condition": "trigger.order.total > 500.0"}).port == "false"
    with pytest.raises(ConfigError):
        world.start("condition.if", {"condition": "trigger.order.totl > 400.0"})


CASES = {
    "cases": [
        {"label": "Abroad", "condition": 'trigger.order.country != "DE"'},
        {"label": "Large", "condition": "trigger.order.total > 400.0", "key": "large"},
        {"label": "Broken", "condition": "trigger.nope"},
    ]
}


def test_switch_takes_the_first_true_case_and_asks_no_further(world):
    done = world.start("condition.switch", CASES)
    assert (done.port, done.output) == ("large", {"case": "Large"})
    assert world.start("condition.switch", {"cases": CASES["cases"][:1]}).port == "other"


def test_switch_fails_on_a_case_that_gives_neither_yes_nor_no(world):
    failed = world.start("condition.switch", {"cases": [{"label": "A", "condition": "trigger.order.total"}]})
    assert isinstance(failed, Fail)
    assert failed.field == "config.cases.0.condition"
    with pytest.raises(EvaluationError):
        world.start("condition.switch", {"cases": CASES["cases"][2:]})


def test_switch_keeps_ports_by_key():
    switch = registry["condition.switch"]
    assert switch.ports_of(CASES) == ("case_1", "large", "case_3", "other")
    assert switch.port_names_of(CASES)["large"] == "Large"
    with pytest.raises(ValueError, match="called large"):
        switch.Config.model_validate({"cases": [CASES["cases"][1], CASES["cases"][1]]})


def test_filter_keeps_what_answers_yes(world):
    done = world.start("condition.filter", {"items": "trigger.order.lines", "condition": "item.quantity > 2"})
    assert done.output == {"items": [{"sku": "MUG-1", "quantity": 3}], "count": 1, "dropped": 1}
    assert done.port == "next"
    none = world.start("condition.filter", {"items": "trigger.order.lines", "condition": "index > 5"})
    assert (none.port, none.output["count"]) == ("empty", 0)
    odd = world.start("condition.filter", {"items": "trigger.order.lines", "condition": "item.quantity"})
    assert isinstance(odd, Fail)


def test_once_lets_the_first_run_through_and_its_own_repeat(world, unit):
    config = {"key": "{{ trigger.order.id }}", "within_s": 3600}
    assert world.start("condition.once", config, tx=unit).port == "first"
    assert world.start("condition.once", config, tx=unit).port == "first"
    other = World(world.data)
    assert other.start("condition.once", config, tx=unit) == Done(
        {"first": False, "key": "6021"}, port="seen", note="Seen before"
    )
    assert other.start("condition.once", config, tx=unit, node="b").port == "first"
    assert other.start("condition.once", config, tx=unit, path="0").port == "seen"
    unit._now += timedelta(hours=2)
    assert other.start("condition.once", config, tx=unit).port == "first"
