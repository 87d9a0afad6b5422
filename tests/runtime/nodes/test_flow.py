"""Delay, wait until, wait for a signal, for each, join, stop, fail."""

from datetime import timedelta

import pytest

from scripts import translations
from studio.contract.results import Done, Expand, Fail, Signal, Wait
from studio.contract.spans import in_words, plainly
from studio.core import i18n
from studio.runtime.compile import ConfigError
from tests.fakes.node_world import NOW


def test_delay_waits_for_its_time(world):
    wait = world.start("flow.delay", {"seconds": 172_800})
    assert isinstance(wait, Wait)
    assert (wait.kind, wait.due_at, wait.note) == ("timer", NOW + timedelta(days=2), "Waits 2 days")
    assert world.resume("flow.delay", {"seconds": 172_800}, Signal("due")).output == {"waited_s": 172_800}
    with pytest.raises(ConfigError):
        world.start("flow.delay", {"seconds": 0})


def test_wait_until_a_moment_of_the_workspace(world):
    wait = world.start("flow.wait_until", {"until": "2026-03-28T09:00"})
    assert wait.due_at.isoformat() == "2026-03-28T09:00:00+01:00"
    assert "2026-03-28 09:00" in wait.note
    past = world.start("flow.wait_until", {"until": "2026-03-01"})
    assert past == Done(past.output, note="That moment had passed")
    assert world.resume("flow.wait_until", {"until": "2026-03-28"}, Signal("due")).output["waited"] is True


@pytest.mark.parametrize("until", ["soon", "2031-01-01", "2026-13-01"])
def test_wait_until_no_moment_fails_in_words(world, until):
    failed = world.start("flow.wait_until", {"until": until})
    assert isinstance(failed, Fail)
    assert "did not wait" in failed.message


def test_signals_match_by_name_and_key(world):
    config = {"name": "parcel-shipped", "key": "{{ trigger.order.id }}", "timeout_s": 60}
    wait = world.start("flow.wait_signal", config)
    assert (wait.kind, wait.detail["match"]) == ("signal", "parcel-shipped:6021")
    assert wait.due_at == NOW + timedelta(seconds=60)
    came = world.resume("flow.wait_signal", config, Signal("resolved", {"tracking": "JD"}))
    assert (came.port, came.output["payload"]) == ("received", {"tracking": "JD"})
    assert world.resume("flow.wait_signal", config, Signal("due")).port == "timed_out"
    assert world.start("flow.wait_signal", {"name": "a", "key": "b"}).due_at is None


def test_for_each_expands_its_items_up_to_a_ceiling(world):
    config = {"items": "trigger.order.lines", "concurrency": 5, "on_item_error": "continue"}
    assert world.start("flow.for_each", config) == Expand(world.data["order"]["lines"], 5, "continue")
    failed = world.start("flow.for_each", {**config, "max_items": 1})
    assert isinstance(failed, Fail)
    assert "Nothing was done for any of them" in failed.message
    with pytest.raises(ConfigError):
        world.start("flow.for_each", {**config, "max_items": 10_001})


def test_join_says_when_too_few_came(world):
    assert world.start("flow.join", {}).port == "next"
    assert world.start("flow.join", {"mode": "count", "count": 3}, missed=True).port == "missed"


def test_stop_and_fail_end_the_run(world):
    assert world.start("flow.stop", {"reason": "Nothing to do"}).ends_run
    failed = world.start(
        "flow.fail", {"message": "Order {{ trigger.order.id }} has no address.", "code": "order.no_address"}
    )
    assert failed == Fail("order.no_address", "Order 6021 has no address.", ends_run=True)


def test_lengths_of_time_in_words():
    german = translations.load("de")
    with i18n.looking_up(lambda sentence: german[sentence].string):
        assert in_words(91_800) == "1 Tag 1 Stunde"
        assert plainly(91_800) == "1 day 1 hour"
    assert [in_words(s) for s in (0, 1, 90, 5400, 90_061)] == [
        "no time", "1 second", "1 minute 30 seconds", "1 hour 30 minutes", "1 day 1 hour",
    ]  # fmt: skip
