"""A job is left with its unit, done once inside and at least once outside, and never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from studio.core import claims, clock, outbox
from studio.core.ids import new_id
from studio.core.models import LocalMail, OutboxRow


@pytest.fixture(autouse=True)
def _own_handlers(monkeypatch):
    monkeypatch.setattr(outbox, "_inside", {})
    monkeypatch.setattr(outbox, "_many", {})
    monkeypatch.setattr(outbox, "_outside", {})
    monkeypatch.setattr(outbox, "on_enqueued", None)


def leave(units, workspace, key="k", *, topic="t", payload=None, **more):
    with units.unit(workspace) as uow:
        return outbox.enqueue(uow, topic, key=key, payload=payload or {"n": 1}, **more)


def rows(units, workspace):
    with units.unit(workspace, read_only=True) as uow:
        return uow.session.query(OutboxRow).order_by(OutboxRow.key).all()


def keep_mail(uow, payload):
    mail = LocalMail(recipients=[], subject=payload["n"], text="t", sent_at=uow.now)
    uow.session.add(mail)


def mails(units, workspace):
    with units.unit(workspace, read_only=True) as uow:
        return sorted(row.subject for row in uow.session.query(LocalMail))


def test_the_same_key_is_left_once_in_a_workspace(units, workspace):
    assert leave(units, workspace)
    assert not leave(units, workspace, payload={"n": 2})
    assert leave(units, new_id())
    assert [row.payload for row in rows(units, workspace)] == [{"n": 1}]


def test_a_hint_follows_the_commit_of_what_is_due(units, workspace, monkeypatch):
    hints = []
    monkeypatch.setattr(outbox, "on_enqueued", lambda: hints.append(1))
    leave(units, workspace)
    leave(units, workspace)
    with units.unit(workspace) as uow:
        outbox.enqueue(uow, "t", key="later", payload={}, due_at=uow.now + timedelta(hours=1))
    assert hints == [1]


def test_several_are_left_together_each_key_once_with_one_hint(units, workspace, monkeypatch):
    hints = []
    monkeypatch.setattr(outbox, "on_enqueued", lambda: hints.append(1))
    leave(units, workspace, "b", payload={"n": 0})
    hints.clear()
    with units.unit(workspace) as uow:
        outbox.enqueue_all(uow, [outbox.Left("t", key, {"n": at}, uow.now) for at, key in enumerate("abcc", 1)])
    assert [(row.key, row.payload["n"], row.max_attempts) for row in rows(units, workspace)] == [
        ("a", 1, outbox.MAX_ATTEMPTS), ("b", 0, outbox.MAX_ATTEMPTS), ("c", 3, outbox.MAX_ATTEMPTS)
    ]  # fmt: skip
    assert hints == [1]
    with units.unit(workspace) as uow:
        outbox.enqueue_all(uow, [])
        outbox.enqueue_all(uow, [outbox.Left("t", "later", {}, uow.now + timedelta(hours=1))])
    assert hints == [1]


def test_something_is_due_exactly_where_a_drain_finds_it(units, workspace):
    outbox.register("t", keep_mail)
    assert not outbox.is_due(units)
    with units.unit(workspace) as uow:
        outbox.enqueue(uow, "t", key="later", payload={"n": "later"}, due_at=uow.now + timedelta(hours=1))
    assert not outbox.is_due(units)
    clock.shift(timedelta(hours=2))
    assert outbox.is_due(units)
    assert outbox.drain(units) == 1
    assert not outbox.is_due(units)


def test_what_a_lost_worker_held_is_due_once_its_lease_has_run_out(units, workspace):
    leave(units, workspace)
    with units.unit(workspace) as uow:
        row = uow.session.query(OutboxRow).one()
        row.state, row.lease_until = "running", uow.now + timedelta(minutes=1)
    assert not outbox.is_due(units)
    clock.shift(timedelta(minutes=2))
    assert outbox.is_due(units)


def test_an_inside_job_commits_with_its_effect(units, workspace):
    outbox.register("t", keep_mail)
    leave(units, workspace, payload={"n": "mail"})
    assert outbox.drain(units) == 1
    assert outbox.drain(units) == 0
    assert mails(units, workspace) == ["mail"]
    (row,) = rows(units, workspace)
    assert (row.state, row.attempts, row.payload, row.lease_until) == ("done", 1, {}, None)


def test_an_inside_job_that_fails_leaves_nothing_and_is_tried_again(units, workspace):
    def fail(uow, payload):
        keep_mail(uow, payload)
        uow.session.flush()
        raise ValueError("no\0pe")

    outbox.register("t", fail)
    leave(units, workspace, payload={"n": "mail"})
    assert outbox.drain(units) == 1
    assert mails(units, workspace) == []
    (row,) = rows(units, workspace)
    assert (row.state, row.attempts, row.last_error) == ("queued", 1, "ValueError: nope")
    outbox.register("t", keep_mail)
    clock.shift(timedelta(seconds=3))
    assert outbox.drain(units) == 1
    assert mails(units, workspace) == ["mail"]


def test_after_the_last_attempt_it_has_failed_and_says_why(units, workspace):
    def fail(_job):
        raise OSError("down")

    outbox.register_outside("t", fail)
    leave(units, workspace, max_attempts=2)
    for _ in range(4):
        outbox.drain(units)
        clock.shift(timedelta(hours=1))
    (row,) = rows(units, workspace)
    assert (row.state, row.attempts, row.last_error) == ("failed", 2, "OSError: down")
    assert row.payload == {"n": 1}


def test_giving_up_ends_it_at_once(units, workspace):
    def fail(_job):
        raise outbox.GiveUp("no such mailbox")

    outbox.register_outside("t", fail)
    leave(units, workspace)
    outbox.drain(units)
    assert rows(units, workspace)[0].state == "failed"


def test_jobs_of_many_are_one_unit_a_workspace(units, workspace):
    other, calls = new_id(), []

    def keep(uow, payloads):
        calls.append((uow.workspace, len(payloads)))
        for payload in payloads:
            keep_mail(uow, payload)

    outbox.register_many("t", keep)
    for owner, key in ((workspace, "a"), (other, "b"), (workspace, "c")):
        leave(units, owner, key, payload={"n": key})
    assert outbox.drain(units) == 3
    assert sorted(calls) == sorted([(workspace, 2), (other, 1)])
    assert mails(units, workspace) == ["a", "c"]
    assert {(row.state, row.attempts, str(row.payload)) for row in rows(units, workspace)} == {("done", 1, "{}")}


def test_where_many_fail_together_one_alone_has_failed(units, workspace):
    def keep(uow, payloads):
        for payload in payloads:
            keep_mail(uow, payload)
        if any(payload["n"] == "bad" for payload in payloads):
            raise outbox.GiveUp("no")

    outbox.register_many("t", keep)
    for key in ("a", "bad", "c"):
        leave(units, workspace, key, payload={"n": key})
    assert outbox.drain(units) == 3
    assert mails(units, workspace) == ["a", "c"]
    assert [(row.key, row.state) for row in rows(units, workspace)] == [("a", "done"), ("bad", "failed"), ("c", "done")]


def test_many_of_which_one_went_to_somebody_else_are_done_without_it(units, workspace):
    """Its lease ran out while this process was at it: whoever has it now does it, and the rest is done once."""

    def keep(uow, payloads):
        for payload in payloads:
            keep_mail(uow, payload)

    outbox.register_many("t", keep)
    for key in ("a", "b", "c"):
        leave(units, workspace, key, payload={"n": key})
    jobs = claims.claim(units, ["t"], 3, "late")
    with units.across() as uow:
        uow.session.execute(update(OutboxRow).where(OutboxRow.key == "b").values(attempts=2))
    assert not outbox._do_many(units, jobs)
    assert mails(units, workspace) == []
    for job in jobs:
        outbox._do(units, job)
    assert mails(units, workspace) == ["a", "c"]
    assert [row.state for row in rows(units, workspace)] == ["done", "running", "done"]


def test_what_is_not_due_waits(units, workspace):
    seen = []
    outbox.register_outside("t", seen.append)
    with units.unit(workspace) as uow:
        outbox.enqueue(uow, "t", key="k", payload={}, due_at=uow.now + timedelta(minutes=5))
    assert outbox.drain(units) == 0
    clock.shift(timedelta(minutes=6))
    assert outbox.lag_s(units) == pytest.approx(60, abs=10)
    assert outbox.drain(units) == 1
    assert [job.key for job in seen] == ["k"]
    assert outbox.lag_s(units) == 0


def test_a_cancelled_job_is_not_done_and_its_key_is_free(units, workspace):
    leave(units, workspace)
    with units.unit(new_id()) as uow:
        assert not outbox.cancel(uow, "k")
    with units.unit(workspace) as uow:
        assert outbox.cancel(uow, "k")
        assert not outbox.cancel(uow, "k")
    assert rows(units, workspace) == []
    assert leave(units, workspace)


def test_a_lost_worker_s_job_is_taken_over_and_the_late_one_is_fenced_off(units, workspace):
    outbox.register("t", keep_mail)
    leave(units, workspace, payload={"n": "mail"})
    (late,) = claims.claim(units, ["t"], 1, None)
    assert outbox.drain(units) == 0
    clock.shift(claims.LEASE + timedelta(seconds=1))
    assert outbox.drain(units) == 1
    outbox._do(units, late)
    assert mails(units, workspace) == ["mail"]
    assert [(row.state, row.attempts) for row in rows(units, workspace)] == [("done", 2)]


def test_a_job_that_always_takes_its_worker_down_stops(units, workspace):
    outbox.register("t", keep_mail)
    leave(units, workspace, max_attempts=2)
    for _ in range(2):
        assert len(claims.claim(units, ["t"], 1, None)) == 1
        clock.shift(claims.LEASE + timedelta(seconds=1))
    assert outbox.drain(units) == 0
    assert rows(units, workspace)[0].state == "failed"


def test_many_drains_at_once_do_each_job_once(units, workspace):
    seen = []
    outbox.register_outside("t", lambda job: seen.append(job.key))
    with units.unit(workspace) as uow:
        for number in range(60):
            outbox.enqueue(uow, "t", key=str(number), payload={})
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _number: outbox.drain(units), range(4)))
    assert sum(counts) == 60
    assert len(set(seen)) == len(seen) == 60


def test_a_drain_ends_with_its_budget_and_hands_the_rest_back(units, workspace, monkeypatch):
    ticks = iter(range(1000))
    monkeypatch.setattr(clock, "monotonic", lambda: float(next(ticks)))
    outbox.register_outside("t", lambda job: None)
    for number in range(10):
        leave(units, workspace, key=str(number))
    assert outbox.drain(units, budget_s=5) < 10
    assert {(row.state, row.attempts) for row in rows(units, workspace)} == {
        ("done", 1),
        ("queued", 0),
    }


def test_topics_that_this_process_does_not_know_stay(units, workspace):
    leave(units, workspace, topic="of.a.newer.release")
    assert outbox.drain(units) == 0
    assert rows(units, workspace)[0].state == "queued"


def test_old_jobs_are_forgotten(units, workspace):
    outbox.register_outside("t", lambda job: None)
    leave(units, workspace)
    outbox.drain(units)
    assert outbox.purge(units, timedelta(days=7)) == 0
    clock.shift(timedelta(days=8))
    assert outbox.purge(units, timedelta(days=7)) == 1


def freed(units, holder, *, dead):
    with units.across() as uow:
        return claims.free(uow.session, holder, dead=dead)


@pytest.mark.parametrize("dead", [True, False], ids=["died", "stops"])
def test_what_a_process_held_is_freed_at_once_and_it_is_fenced_off(units, workspace, dead):
    outbox.register("t", keep_mail)
    leave(units, workspace, payload={"n": "mail"})
    (late,) = claims.claim(units, ["t"], 1, "one")
    assert freed(units, "another", dead=dead) == 0
    assert freed(units, "one", dead=dead) == 1
    (row,) = rows(units, workspace)
    assert (row.state, row.holder, row.attempts) == ("queued", None, 1 if dead else 0)
    (current,) = claims.claim(units, ["t"], 1, "two")
    outbox._do(units, late)
    assert mails(units, workspace) == []
    outbox._do(units, current)
    assert mails(units, workspace) == ["mail"]
    assert rows(units, workspace)[0].holder is None


def test_a_job_that_kills_its_process_every_time_is_given_up_when_it_is_freed(units, workspace):
    outbox.register("t", keep_mail)
    leave(units, workspace, max_attempts=2)
    for _ in range(2):
        assert len(claims.claim(units, ["t"], 1, "one")) == 1
        freed(units, "one", dead=True)
    (row,) = rows(units, workspace)
    assert (row.state, row.holder, row.last_error) == ("failed", None, "its worker was lost at every attempt")
