"""Whoever waits for a run on the line hears its result, told in this process or through Redis, or looks it up."""

import threading

import pytest

from studio.core.ids import new_id
from studio.runtime.engine.answers import CARRIED_BYTES, Answers, Ended


@pytest.fixture(params=["local", "redis"])
def answers(request):
    made = Answers(request.getfixturevalue("redis_url") if request.param == "redis" else None)
    yield made
    made.stop()


def ended(output=None, **rest):
    return Ended(**{"run_id": new_id(), "state": "succeeded", "output": output, "error": None, **rest})


def tell(answers, *results, until):
    """Again and again, as long as nobody has heard: a subscription begins when it begins."""

    def run():
        while not until.wait(0.02):
            answers.finished(results)

    threading.Thread(target=run, daemon=True).start()


def never():
    pytest.fail("nothing had to be looked up")


@pytest.mark.parametrize(
    "rest", [{"output": {"a": ["x\ny", 1.5, None]}}, {"state": "failed", "error": {"code": "c", "message": "m"}}]
)
def test_a_result_is_told_among_others(answers, rest):
    result, heard, looked = ended(**rest), threading.Event(), []
    with answers.expect(result.run_id) as call:
        tell(answers, ended("of another"), result, ended(), until=heard)
        found = call.wait(lambda: looked.append(1), limit_s=20)
    heard.set()
    assert found == result


def test_a_run_that_is_over_before_its_caller_waits_is_heard_at_once():
    answers, result = Answers(None), ended("quick")
    with answers.expect(result.run_id) as call:
        answers.finished([result])
        assert call.wait(never, limit_s=20) == result


def test_a_large_result_is_looked_up(answers):
    result, heard = ended("x" * CARRIED_BYTES), threading.Event()
    with answers.expect(result.run_id) as call:
        tell(answers, result, until=heard)
        assert call.wait(lambda: result, limit_s=20) == result
    heard.set()


def test_a_result_that_nobody_told_is_found_by_looking(answers):
    result = ended("silent")
    with answers.expect(result.run_id) as call:
        assert call.wait(lambda: result, limit_s=20) == result


def test_a_run_that_goes_on_past_the_limit_has_no_result(answers):
    with answers.expect(new_id()) as call:
        assert call.wait(lambda: None, limit_s=0.01) is None


def test_more_callers_than_may_wait_do_not(monkeypatch):
    monkeypatch.setattr("studio.runtime.engine.answers.MOST", 1)
    answers = Answers(None)
    with answers.expect(new_id()) as first, answers.expect(new_id()) as second:
        assert (first is None, second is None) == (False, True)
    with answers.expect(new_id()) as third:
        assert third is not None
