"""From the trail to an intake of each kind: outages, refusals, poison, a replay."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace

import pytest

from studio.audit import following
from studio.export import testing
from studio.export.outcomes import Fate, LetterState, State
from studio.export.service import destinations
from tests.factories.exports import exporters_yaml
from tests.servers.every_intake import INTAKES
from tests.servers.http_target import http_target

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
NEVER_REFUSES = {"s3"}
"""A store knows nothing of events."""
FRESH = LetterState.DEAD


@contextmanager
def supplied(house, kind: str):
    """A tenant whose trail goes to an intake in batches of three."""
    with http_target(INTAKES[kind]) as intake:
        house = replace(house, inner=("127.0.0.1",))
        house.configure(exporters_yaml(house, intake, batch={"max_items": 3}))
        yield house, intake


@pytest.mark.parametrize("kind", sorted(INTAKES))
def test_everything_arrives_in_order_under_the_same_ids_whatever_happens(house, kind):
    with supplied(house, kind) as (fed, intake):
        fed.record(10)
        intake.answer(503, headers={"Retry-After": "60"})
        fed.delivery().drain()
        row = fed.destination(kind)
        assert (row.state, row.cursor) == (State.RETRYING, 0)
        with fed.unit() as uow:
            assert (row.due_at - uow.now).total_seconds() > 55
            stored = [(event["seq"], event["id"]) for event in following.events_after(uow, 0, 1_000)]
        fed.due_now(kind)
        intake.answer(403)
        fed.delivery().drain()
        assert fed.destination(kind).state == State.HELD
        assert fed.delivery().drain() == 0
        with fed.unit() as uow:
            destinations.resume(uow, row.id)
            stored = [(event["seq"], event["id"]) for event in following.events_after(uow, 0, 1_000)]
        intake.poison = {5} if kind not in NEVER_REFUSES else set()
        _until(lambda: fed.delivery().drain() == 0)
        good = [one for one in stored if one[0] not in intake.poison]
        assert list(dict.fromkeys(intake.taken))[: len(good)] == good
        assert [(one.seq, one.state) for one in fed.letters()] == [(seq, FRESH) for seq in intake.poison]
        with fed.unit() as uow:
            destinations.replay(uow, row.id, following.occurred_at(uow, 1))
        intake.taken.clear()
        _until(lambda: fed.delivery().drain() == 0)
        assert list(dict.fromkeys(intake.taken))[: len(good)] == good


@pytest.mark.parametrize("kind", sorted(INTAKES))
def test_the_button_sends_one_event_that_has_no_place_in_the_trail(house, kind):
    with supplied(house, kind) as (fed, intake):
        row = fed.destination(kind)
        verdict = testing.send_test(fed.database, fed.reach, fed.tenant.id, row.id)
        assert verdict.fate is Fate.SENT, verdict
        assert [seq for seq, _id in intake.taken] == [0]
        intake.answer(503)
        assert testing.send_test(fed.database, fed.reach, fed.tenant.id, row.id).fate is Fate.RETRY
        assert fed.destination(kind).cursor == row.cursor == 0


def _until(done: Callable[[], bool]) -> None:
    for _turn in range(20):
        if done():
            return
    pytest.fail("it never came to an end")
