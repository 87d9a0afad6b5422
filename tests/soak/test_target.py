"""The hostile target answers a seed the same way, and remembers what it did."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.servers.http_target import Request
from tests.soak.target import DOING, FLAKY, SILENT, HostileTarget, Mood, mood


def ask(target, path, order, key):
    return target.take(Request("POST", path, {}, {"idempotency-key": key}, json.dumps({"id": order}).encode()))


@given(st.integers(), st.sampled_from(["/keyed", "/keyless"]), st.integers(0, 3))
def test_the_same_request_gets_the_same_answer(seed, path, nth):
    assert mood(seed, path, "o", nth) is mood(seed, path, "o", nth)


def test_a_key_is_honoured_and_without_one_all_is_done_again():
    target = HostileTarget(1, seed=1)
    for number in range(300):
        for _ in range(2):
            ask(target, "/keyed", f"o-{number}", "k")
            ask(target, "/keyless", f"o-{number}", "k")
    keyed = [keys for (node, _), keys in target.effects.items() if node == "keyed"]
    keyless = [keys for (node, _), keys in target.effects.items() if node == "keyless"]
    assert all(len(keys) <= 1 for keys in keyed)
    assert any(len(keys) == 2 for keys in keyless)
    assert target.silent
    assert set(target.moods) == set(Mood)


def test_a_flaky_one_refuses_first():
    target = HostileTarget(1, seed=1)
    assert [ask(target, "/flaky", "o", "k").status for _ in range(FLAKY + 1)] == [500] * FLAKY + [200]


def test_silence_leaves_the_asker_without_an_answer():
    assert {one for one in SILENT if one in DOING} == {Mood.RESET_AFTER, Mood.HANG}
