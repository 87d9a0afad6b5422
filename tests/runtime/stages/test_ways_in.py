"""Whatever starts a run, its event chooses the version; a stage begins, ends and goes back as a whole or not at all."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from studio.contract.ports import CallAsk
from studio.core import clock
from studio.core.ids import new_id
from studio.runtime.engine.chores import Schedules
from studio.runtime.halts import pausing
from studio.runtime.halts.asking import Wanted
from studio.runtime.halts.outcomes import Events, Under
from studio.runtime.halts.releasing import release
from studio.runtime.models import Event, Run, TriggerSubscription, VersionStage, WorkflowVersion
from studio.runtime.service import gathering, starts, workflows
from studio.runtime.service import staging as stages
from studio.runtime.service.gathering import Arrived
from studio.runtime.service.staging import Wish
from studio.runtime.stages import watching
from studio.runtime.stages.policy import Rule, part_of
from studio.runtime.stages.watching import Stages
from tests.runtime.stages.test_stages import Place

EACH = 8


@pytest.fixture
def place(app):
    yield Place(app)
    clock.reset()


def hint(_lane="main"):
    """Nobody is at work: a test asks by itself."""


def as_trigger(place, **columns):
    with place.unit() as uow:
        uow.session.execute(update(TriggerSubscription).values(**columns))
    return place.all(TriggerSubscription)[0]


def gathered(place):
    row, wishes = place.all(TriggerSubscription)[0], SimpleNamespace(gather="batch", quiet_s=0, longest_s=60, most=9)
    for number in range(EACH):
        with place.unit() as uow:
            gathering.gather(uow, row.id, wishes, Arrived({"n": number}, f"key {number}", 10))
        with place.unit() as uow:
            for one in gathering.of_workflow(uow, place.workflow_id):
                assert gathering.start_due(uow, one.id, uow.now + timedelta(hours=1), hint) is not None


def held(place):
    place.doing(pausing.pause, Wanted("Stock count", Events.HOLD, Under.FINISH, None))
    for number in range(EACH):
        with place.unit() as uow:
            row = uow.session.get(TriggerSubscription, place.all(TriggerSubscription)[0].id)
            assert starts.start_or_turn_away(uow, row, {"n": number}, hint) is None
    place.doing(pausing.resume, None)
    clock.shift(timedelta(hours=1))
    with place.unit() as uow:
        release(uow, place.workflow_id, hint)


def scheduled(place):
    config = {"mode": "interval", "every_s": 60}
    for _ in range(EACH):
        as_trigger(place, type="trigger.schedule", type_version=1, config=config, next_due_at=clock.local_now())
        Schedules(place.database, hint)(clock.local_now())


def called(place):
    as_trigger(place, type="trigger.called", type_version=1, config={})
    for _ in range(EACH):
        with place.unit() as uow:
            place.engine.ports.calls.start(uow, CallAsk(str(place.workflow_id), {}, new_id(), "call", ""), None)


@pytest.mark.parametrize("way", [gathered, held, scheduled, called])
def test_an_event_chooses_the_version_by_whichever_way_it_starts_a_run(place, way):
    old, new = place.live(), place.publish(Wish(50))
    way(place)
    runs = place.all(Run)
    assert len(runs) == EACH
    for run in runs:
        assert run.version_id == (new if part_of(place.workflow_id, run.event_id) < 5_000 else old)
    assert {event.id for event in place.all(Event)} >= {run.event_id for run in runs}


class Died(BaseException):
    """The process is gone, with all of a transaction written and none of it committed."""


def then_dies(verb):
    def does(*given, **more):
        verb(*given, **more)
        raise Died

    return does


def standing(place):
    """All that a stage changes."""
    return (
        place.live(), len(place.all(WorkflowVersion)), place.audited(),
        [(row.version_id, row.staged_version_id, row.staged_share) for row in place.all(TriggerSubscription)],
        [(row.version_id, row.share, row.outcome, row.figures) for row in place.all(VersionStage)],
    )  # fmt: skip


def test_whoever_dies_while_a_stage_begins_or_is_taken_has_changed_nothing(place, monkeypatch):
    before = standing(place)
    monkeypatch.setattr(stages, "record", then_dies(stages.record))
    with pytest.raises(Died):
        place.publish(Wish(50))
    assert standing(place) == before
    monkeypatch.undo()
    new = place.publish(Wish(50))
    staged = standing(place)
    assert staged != before
    monkeypatch.setattr(workflows, "go_live", then_dies(workflows.go_live))
    with pytest.raises(Died):
        place.doing(lambda uow, flow: stages.take(uow, place.keyring, flow))
    assert standing(place) == staged
    monkeypatch.undo()
    place.doing(lambda uow, flow: stages.take(uow, place.keyring, flow))
    assert (place.live(), place.all(VersionStage)[0].outcome) == (new, "taken")


@pytest.mark.parametrize("death", [Died, RuntimeError])
def test_what_dies_while_studio_takes_a_stage_back_is_taken_back_as_a_whole_by_the_next_look(place, monkeypatch, death):
    new = place.publish(Wish(50, Rule(min_runs=2, points=10)))
    place.ended(new, 0, 2)
    staged, report = standing(place), watching.alerting.report

    def dies(*given, **more):
        report(*given, **more)
        raise death

    monkeypatch.setattr(watching.alerting, "report", dies)
    if death is Died:
        with pytest.raises(Died):
            Stages(place.database).look()
    else:
        Stages(place.database).look()  # one that fails keeps no other from being looked at
    assert standing(place) == staged
    monkeypatch.undo()
    Stages(place.database).look()
    assert place.all(VersionStage)[0].outcome == "returned"
    assert place.all(TriggerSubscription)[0].staged_version_id is None
