"""A label stands on the run once its step is done, one value a key."""

import pytest

from studio.contract.results import Fail
from studio.runtime import labels

COUNTRY = {"label": "country", "value": "{{ trigger.order.country }}"}


def test_a_label_stands_on_the_run_and_gives_way_to_the_next(world, unit):
    done = world.start("run.label", COUNTRY, tx=unit)
    assert done.output == {"key": "country", "value": "DE"}
    assert labels.of_run(unit, world.run_id) == {"country": "DE"}
    world.start("run.label", {"label": "country", "value": "AT"}, tx=unit)
    world.start("run.label", {"label": "channel", "value": "shop"}, tx=unit)
    assert labels.of_run(unit, world.run_id) == {"channel": "shop", "country": "AT"}
    world.start("run.label", {"label": "country", "value": " "}, tx=unit)
    assert labels.of_run(unit, world.run_id) == {"channel": "shop"}


@pytest.mark.parametrize(("value", "code"), [("x" * 121, "label.too_long"), ("one more", "label.too_many")])
def test_what_is_too_much_fails_the_step_and_labels_nothing(world, unit, value, code):
    for number in range(labels.MOST):
        labels.put(unit, world.run_id, f"k{number}", "v")
    failed = world.start("run.label", {"label": "country", "value": value}, tx=unit)
    assert isinstance(failed, Fail)
    assert failed.code == code
    assert "country" not in labels.of_run(unit, world.run_id)
