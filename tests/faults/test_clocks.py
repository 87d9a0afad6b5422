"""Clocks that are set by an hour, and both changes of summer time (row 25): nothing early, nothing twice.

On PostgreSQL the clocks of web and worker are set, and the database's goes on; on SQLite the one process's is.
"""

import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select, update

from benchmarks import workloads
from studio.audit.verifying import verify
from studio.runtime.models import LoopLease, Run, RunNote, Step, TriggerSubscription, WaitRow
from tests.faults.clocks import wall_clock
from tests.faults.drill import drill as open_drill
from tests.faults.drill import eventually
from tests.servers.http_target import http_target
from tests.servers.missing import start_or_skip

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]
HOUR_S = 3_600.0
PAUSE_S = 4
CALL_S = 3.0
"""Longer than the lease: a call under way is carried by renewals."""
SLACK_S = 0.1
"""Between two clocks that are read one after the other."""
SOON = timedelta(seconds=6)
"""Before a moment: enough for a turn of the sweeper on a machine that does other things too."""
_numbers = count(1)


def lasting(url):
    """Webhook → a call that fails once → a pause → a note; and a clock that starts a note in the night."""
    cron = {"mode": "cron", "cron": "30 2 * * *", "time_zone": "Europe/Berlin"}
    return {
        "schema": "studio.workflow/1",
        "name": "Last",
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Order", "config": {"sample": workloads.SAMPLE}},
            {"key": "clock", "type": "trigger.schedule", "name": "Clock", "config": cron},
            {
                "key": "call", "type": "action.http", "name": "Call", "retry": {"attempts": 2},
                "config": {"url": f"{url}/call", "if_unknown": "repeat", "body": {"id": "{{ trigger.order.id }}"}},
            },
            {"key": "pause", "type": "flow.delay", "name": "Pause", "config": {"seconds": PAUSE_S}},
            {"key": "note", "type": "action.note", "name": "Note", "config": {"text": "over"}},
            {"key": "tick", "type": "action.note", "name": "Tick", "config": {"text": "{{ trigger.scheduled_at }}"}},
        ],
        "edges": [
            {"from": "hook", "port": "next", "to": "call"},
            {"from": "call", "port": "next", "to": "pause"},
            {"from": "pause", "port": "next", "to": "note"},
            {"from": "clock", "port": "next", "to": "tick"},
        ],
    }  # fmt: skip


def _clocked(store):
    with http_target() as target, ExitStack() as opened:
        clock = start_or_skip(wall_clock(), opened)
        yield start_or_skip(open_drill(store, target, lasting), opened), clock


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def _either(request):
    yield from _clocked(request.param)


@pytest.fixture
def clocked(_either):
    """A drill, and the clock of its processes, which shows the real time."""
    drill, clock = _either
    clock.shift(0)
    yield drill, clock
    drill.end()


def waiting(drill, order, kind, shown=0.0):
    """Wait until the run has come to wait for that; returns since when, on this test's own clock.

    `shown`: how far the clock was ahead when that was written. The database's own is not set.
    """

    def found():
        with drill.database.unit(drill.seeded.workspace_id, read_only=True) as unit:
            query = select(WaitRow.created_at).where(WaitRow.run_id == drill.run(order).id, WaitRow.kind == kind)
            return unit.session.scalars(query).first()  # also one that is over, by when this looks

    written = eventually(found, lambda: f"{drill.story(order)}\n{drill.log()}").timestamp()
    return time.monotonic() - (time.time() + (shown if drill.store == "sqlite" else 0.0) - written)


def set_by(clocked, seconds):
    """Set the clock so far from the real time, and wait until that is seen: forth and back at once would be nothing."""
    drill, clock = clocked
    before = seen(drill)
    clock.shift(seconds)
    if drill.store == "sqlite":
        eventually(lambda: seen(drill) > before, drill.log)


def seen(drill):
    """How often the clock was seen being set."""
    return sum(path.read_text().count("clock_was_set") for path in drill.running.logs.values())


@pytest.mark.parametrize("by", [HOUR_S, -HOUR_S], ids=["ahead", "back"])
def test_what_lasts_a_while_lasts_as_long_whatever_the_wall_shows(clocked, by):
    """A call under its lease, the pause before its retry, and a timer: the clock is set in each, forth and back."""
    (drill, clock), order = clocked, f"t-{next(_numbers)}"
    drill.begin(**clock.environ)
    drill.target.answer(503, headers={"Retry-After": str(PAUSE_S)}, delay=CALL_S)
    drill.deliver(order)
    drill.target.wait_for(1)
    set_by(clocked, by)
    since = waiting(drill, order, "retry", by)
    set_by(clocked, 0)
    drill.target.wait_for(2)
    assert time.monotonic() - since >= PAUSE_S - SLACK_S, "the retry was early"
    since = waiting(drill, order, "timer")
    set_by(clocked, by)
    drill.finished(order)
    assert time.monotonic() - since >= PAUSE_S - SLACK_S, "the timer was early"
    assert drill.run(order).state == "succeeded"
    with drill.database.unit(drill.seeded.workspace_id, read_only=True) as unit:
        steps = unit.session.scalars(select(Step).where(Step.run_id == drill.run(order).id)).all()
        assert Counter(step.node_key for step in steps) == {"hook": 1, "call": 2, "pause": 1, "note": 1}
        notes = unit.session.scalars(select(RunNote.text).where(RunNote.run_id == drill.run(order).id)).all()
        assert notes == ["over"]
        assert verify(unit).bad is None
    assert len(drill.requests(order)) == 2, "a lease that was held was taken for lost"


def due_at(drill, moment):
    """The schedule's next moment."""
    with drill.database.unit(drill.seeded.workspace_id) as unit:
        clockwork = TriggerSubscription.type == "trigger.schedule"
        unit.session.execute(update(TriggerSubscription).where(clockwork).values(next_due_at=moment))


def ticks(drill):
    """Moments for which a run was started: (scheduled, when it was written)."""
    with drill.database.unit(drill.seeded.workspace_id, read_only=True) as unit:
        runs = unit.session.scalars(select(Run).where(Run.trigger_node == "clock")).all()
        return sorted((datetime.fromisoformat(run.input["scheduled_at"]), run.created_at) for run in runs)


def swept_at(drill, moment):
    """Wait until the sweeper has looked at what is due at that moment of its clock."""

    def turned():
        with drill.database.across(read_only=True) as unit:
            until = unit.session.scalar(select(LoopLease.until).where(LoopLease.name == "sweeper"))
            return until is not None and until - timedelta(seconds=5) > moment + timedelta(seconds=1)

    eventually(turned, drill.log)


@pytest.mark.parametrize("by", [HOUR_S, -HOUR_S], ids=["ahead", "behind"])
def test_a_schedule_goes_by_the_databases_clock(clocked, by):
    drill, clock = clocked
    if drill.store == "sqlite":
        pytest.skip("there the machine's clock is the database's")
    clock.shift(by)
    drill.begin(**clock.environ)
    with drill.database.across(read_only=True) as unit:
        now = unit.now
    before = len(ticks(drill))
    due_at(drill, now + timedelta(minutes=30))
    swept_at(drill, now)
    assert len(ticks(drill)) == before, "half an hour early"
    due = now + timedelta(seconds=10)
    due_at(drill, due)
    found = eventually(lambda: ticks(drill)[before:], drill.log)
    [(moment, written)] = found
    assert moment == due <= written < due + timedelta(seconds=20)


def test_summer_time_begins_and_ends(clocked):
    """02:30 in Berlin: the night that skips it runs right after it, the night that has it twice runs once."""
    drill, clock = clocked
    if drill.store == "postgresql":
        pytest.skip("the server's clock is not set; the rule is the same")
    spring, autumn = datetime(2027, 3, 28, 1, 0, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    clock.set(spring - timedelta(days=9))
    drill.begin(**clock.environ)
    caught_up(drill, spring - timedelta(days=9))
    clock.set(spring - timedelta(minutes=20))
    caught_up(drill, spring - timedelta(minutes=20))
    clock.set(spring - SOON)
    ticked(drill, spring)
    following = datetime(2027, 3, 29, 0, 30, tzinfo=UTC)
    clock.set(following - SOON)
    ticked(drill, following)
    assert Counter(moment for moment, _ in ticks(drill))[spring] == 1
    clock.set(autumn - timedelta(minutes=20))  # what is older than ninety days is let go of
    caught_up(drill, autumn - timedelta(minutes=20))
    clock.set(autumn - SOON)
    ticked(drill, autumn)
    clock.set(autumn + timedelta(hours=1) - timedelta(seconds=2))  # 02:30 for the second time
    swept_at(drill, autumn + timedelta(hours=1))
    clock.set(autumn - timedelta(seconds=2))  # and somebody sets the clock back by an hour more
    swept_again = autumn + timedelta(seconds=2)
    eventually(lambda: _between(drill, swept_again, swept_again + timedelta(minutes=5)), drill.log)
    counted = Counter(moment for moment, _ in ticks(drill))
    assert counted[autumn] == 1 == max(counted.values())
    assert autumn + timedelta(hours=1) not in counted
    assert all(moment <= written for moment, written in ticks(drill))


def caught_up(drill, since):
    """What was missed until then has started a run. The next moment is not to be missed with it."""
    eventually(lambda: [at for _, at in ticks(drill) if at >= since], lambda: f"{ticks(drill)}\n{drill.log()}")


def ticked(drill, moment):
    eventually(lambda: moment in dict(ticks(drill)), lambda: f"{ticks(drill)}\n{drill.log()}")


def _between(drill, first, last):
    with drill.database.across(read_only=True) as unit:
        until = unit.session.scalar(select(LoopLease.until).where(LoopLease.name == "sweeper"))
        return until is not None and first < until - timedelta(seconds=5) < last
