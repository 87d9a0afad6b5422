"""What a process lost sight of when its database went away is done again at its own next look, and not before."""

from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest

from studio.core import claims, outbox
from studio.core.holding import Hands
from studio.core.models import OutboxRow

HERE = "here"


@pytest.fixture(autouse=True)
def _own_handlers(monkeypatch):
    for registry in ("_inside", "_many", "_outside"):
        monkeypatch.setattr(outbox, registry, {})
    monkeypatch.setattr(outbox, "on_enqueued", None)


def leave(units, workspace, *keys, **more):
    with units.unit(workspace) as uow:
        for key in keys:
            outbox.enqueue(uow, "t", key=key, payload={"key": key}, **more)


def rows(units, workspace):
    with units.unit(workspace, read_only=True) as uow:
        return {row.key: row for row in uow.session.query(OutboxRow)}


def claiming(units, count, holder=HERE):
    return partial(claims.claim, units, ("t",), count, holder)


def lost(units, hands, count, begun=0):
    """The database goes away while a claim's first jobs are done."""
    taken = []
    with suppress(ConnectionError), hands.taking(claiming(units, count)) as jobs:
        taken.extend(jobs)
        hands.begin(jobs[:begun])
        raise ConnectionError
    return taken


def test_an_attempt_that_was_begun_counts_and_waits_the_rest_is_due_as_before(units, workspace):
    leave(units, workspace, "a", "b")
    hands = Hands(HERE)
    begun, fresh = lost(units, hands, 2, begun=1)
    before = rows(units, workspace)
    outbox.take_up(units, hands)
    after = rows(units, workspace)
    assert [(after[job.key].state, after[job.key].holder) for job in (begun, fresh)] == [("queued", None)] * 2
    assert [after[job.key].attempts for job in (begun, fresh)] == [1, 0]
    assert after[fresh.key].due_at == before[fresh.key].due_at < after[begun.key].due_at
    with pytest.raises(claims.Lost), units.unit(workspace) as uow:
        claims.settle(uow, begun, state="done")


def test_what_others_hold_and_what_is_in_hand_stay_where_they_are(units, workspace):
    leave(units, workspace, "a", "b", "c")
    hands, there = Hands(HERE), claiming(units, 1, "there")()
    (gone,) = lost(units, hands, 1)
    with hands.taking(claiming(units, 1)) as jobs:
        outbox.take_up(units, hands)
        states = {key: row.state for key, row in rows(units, workspace).items()}
        assert states == {there[0].key: "running", gone.key: "queued", jobs[0].key: "running"}
        with units.unit(workspace) as uow:
            claims.settle(uow, jobs[0], state="done")
    assert rows(units, workspace)[jobs[0].key].state == "done"


def test_a_claim_whose_answer_was_lost_is_found_once_no_claim_is_under_way(units, workspace):
    leave(units, workspace, "a")
    hands = Hands(HERE)

    def answered_by_nobody():
        claiming(units, 1)()
        outbox.take_up(units, hands)  # by another thread: it cannot tell
        assert rows(units, workspace)["a"].state == "running"
        raise ConnectionError

    with suppress(ConnectionError), hands.taking(answered_by_nobody):
        pass
    outbox.take_up(units, hands)
    assert (rows(units, workspace)["a"].state, rows(units, workspace)["a"].attempts) == ("queued", 0)


def test_without_doubt_nothing_is_looked_for(units, workspace):
    """As where the same name was another process's: what it held is its supervisor's to free."""
    leave(units, workspace, "a")
    claiming(units, 1)()
    outbox.take_up(units, Hands(HERE))
    assert rows(units, workspace)["a"].state == "running"


def test_a_job_with_which_the_database_always_goes_away_ends(units, workspace):
    leave(units, workspace, "a", max_attempts=1)
    hands = Hands(HERE)
    lost(units, hands, 1, begun=1)
    outbox.take_up(units, hands)
    found = rows(units, workspace)["a"]
    assert (found.state, found.last_error) == ("failed", "the database was lost at every attempt")
    with units.across() as uow:
        assert found.done_at <= uow.now < found.done_at + timedelta(minutes=1)
