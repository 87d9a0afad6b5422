"""Who was seen is forgotten once no study needs it, and the pages of studies that have ended stay true."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from studio.core import clock
from studio.flags import forgetting
from studio.flags.experimenting import driving
from studio.flags.models import FlagExposure, FlagMeasurement, FlagRollout
from studio.flags.ramps.states import Verb
from studio.flags.rollouts import driving as ramps
from studio.flags.rollouts import planning, rows, weighing
from studio.flags.service import creating
from studio.flags.studies import exposures, measurements
from studio.flags.studies.exposures import Exposure
from studio.flags.studies.measurements import Measurement
from tests.flags.experimenting.world import World, better


@pytest.fixture(autouse=True)
def _own_clock():
    yield
    clock.reset()


def left(world):
    with world.unit() as uow:
        forgetting.forget(uow)
    with world.unit() as uow:
        return tuple(
            uow.session.scalar(select(func.count()).select_from(one)) for one in (FlagExposure, FlagMeasurement)
        )


def test_what_no_study_needs_goes_and_sums_stay(app, monkeypatch):
    monkeypatch.setattr(forgetting, "ROWS_AT_ONCE", 300)
    world = World(app).start()
    users = world.people(400)
    world.seen(users, did=better)
    world.do(driving.stop)
    with world.unit() as uow:
        other = creating.create(uow, key="other")
        place = world.found(uow)[1]
        plan = {"steps": [{"share": 50}, {"share": 100}], "guardrails": [{"metric": "errors"}]}
        ramp = planning.create(uow, other, place, planning.Wanted(plan))
        ramps.act(uow, ramp, Verb.START)
        exposures.take(uow, place, [Exposure("other", name, uow.now) for name in users])
        measurements.take(uow, place, [Measurement(f"x{name}", "errors", name, 1, uow.now) for name in users[:40]])
    said = world.read()
    clock.shift(timedelta(days=91))
    measured = left(world)[1]
    assert (left(world)[0], measured > 0) == (
        400,
        True,
    )  # the experiment's are gone, the rollout runs and needs its own
    with world.unit() as uow:
        row = uow.session.scalars(select(FlagRollout)).one()
        evidence = weighing.evidence(uow, row)
        ramps.act(uow, row, Verb.ROLL_BACK)
    assert evidence.treatment + evidence.control == 400
    assert left(world)[0] == 400
    clock.shift(timedelta(days=91))
    assert [left(world), left(world)][-1] == (0, 0)
    assert world.read() == said
    with world.unit() as uow:
        row = rows.find(uow, row.id)
        assert row.counted is not None
        assert weighing.evidence(uow, row) == evidence
