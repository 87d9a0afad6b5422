"""Messages that come again, a hundred times and hours late (row 26): they say "look", and there is nothing to see."""

import json
import os
import signal

import pytest
from redis import Redis
from sqlalchemy import func, select, text

from studio.audit.models import AuditEvent
from studio.core.ids import new_id
from studio.core.models import OutboxRow
from studio.runtime.models import Run, Step, WaitRow
from tests.faults.drill import children, eventually

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]
TIMES = 100
HOURS_MS = 5 * 3_600_000
QUEUES = ("main", "effects")


@pytest.fixture
def approving(approving_on_postgresql):
    return approving_on_postgresql


def raw_messages(redis):
    """What lies in the queues, as Dramatiq wrote it."""
    return [(queue, raw) for queue in QUEUES for raw in redis.hvals(f"studio:{queue}.msgs")]


def again(redis, queue, raw, age_ms):
    """The same message once more, under an id of its own, for Redis keeps each id once."""
    message = json.loads(raw)
    message["message_timestamp"] -= age_ms
    message["options"]["redis_message_id"] = key = str(new_id())
    with redis.pipeline() as pipe:
        pipe.hset(f"studio:{queue}.msgs", key, json.dumps(message))
        pipe.rpush(f"studio:{queue}", key)
        pipe.lpush(f"studio:wake:{queue}", b"1")
        pipe.execute()


def rows(approving):
    """All that a message could change."""
    with approving.database.unit(approving.workspace_id, read_only=True) as unit:
        session = unit.session
        runs = select(Run.id, Run.state, Run.epoch, Run.attempts, Run.wake_seq, Run.finished_at).order_by(Run.id)
        steps = select(Step.id, Step.state, Step.attempt, Step.finished_at).order_by(Step.id)
        waits = select(WaitRow.id, WaitRow.state).order_by(WaitRow.id)
        jobs = select(OutboxRow.id, OutboxRow.state, OutboxRow.attempts).order_by(OutboxRow.id)
        return [session.execute(query).all() for query in (runs, steps, waits, jobs)] + [
            session.scalar(select(func.count()).select_from(AuditEvent)),
            session.scalar(text("select count(*) from local_mail")),
        ]


def test_they_change_nothing(approving):
    drill = approving.drill
    drill.begin()
    ended, cancelled, parked = (approving.asked(order) for order in ("r-ended", "r-cancelled", "r-parked"))
    workers = children(drill.running.processes["worker"].pid)
    with Redis.from_url(drill.running.redis.url) as redis:
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        try:
            assert approving.decide("jonas", ended, "approved") == [200]
            path = f"/runs/{drill.run('r-cancelled').id}/cancel"
            assert approving.insist("owner", path, {"reason": "Not needed."}) == [200]
            kept = eventually(lambda: raw_messages(redis))
        finally:
            for worker in workers:
                os.kill(worker, signal.SIGCONT)
        approving.closed("r-ended", "approved")
        approving.closed("r-cancelled", "cancelled")
        before = rows(approving)
        for age_ms in (0, HOURS_MS):
            for queue, raw in kept:
                for _ in range(TIMES):
                    again(redis, queue, raw, age_ms)
        eventually(lambda: not raw_messages(redis), drill.log)
        assert rows(approving) == before
    assert approving.decide("lena", parked, "declined") == [200]
    approving.closed("r-parked", "declined")
    assert approving.decisions(cancelled) == []
