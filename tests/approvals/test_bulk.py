"""Many at once: each for itself, each bound to what its row showed, and together in one transaction."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, func, select

from studio.approvals import askers, service, trail
from studio.approvals.models import Decision, Request, Vote
from studio.approvals.outcomes import Outcome
from studio.approvals.service import bulk
from studio.approvals.service.bulk import MOST, Fate, Pick
from studio.audit.models import AuditEvent
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import ids
from studio.core.errors import Conflict, InvalidInput
from studio.core.models import OutboxRow
from studio.runtime.models import Resolution
from studio.runtime.waits import RunWaits
from tests.factories.approvals import make_request, share_of, shown


@pytest.fixture
def asked(database, tenant, jonas, lena):
    def ask(*titles):
        picks = []
        for title in titles:
            request_id = make_request(database, tenant, [jonas, lena], title=title)
            picks.append(Pick(request_id, shown(database, tenant, request_id)))
        return picks

    return ask


def decide(database, tenant, person, picks, outcome=Outcome.APPROVED, reason="Because"):
    with database.unit(tenant.id, person.actor) as uow:
        return bulk.decide(uow, picks, outcome, reason=reason)


def fates(results):
    return [(one.title, one.fate, one.code) for one in results]


def test_each_is_decided_and_told_in_the_order_of_the_picks(database, tenant, jonas, asked, heard):
    picks = asked("A", "B", "C")[::-1]
    results = decide(database, tenant, jonas, picks)
    assert fates(results) == [("C", Fate.DONE, ""), ("B", Fate.DONE, ""), ("A", Fate.DONE, "")]
    assert {(end.title, end.outcome, end.by) for end in heard.ends} == {
        (title, Outcome.APPROVED, "Jonas Weber") for title in "ABC"
    }
    assert len(heard.ends) == 3


def test_one_refusal_stops_no_other_and_says_why(database, tenant, jonas, lena, asked, heard):
    fine, changed, taken, gone, unseen, past = asked("Fine", "Changed", "Taken", "Gone", "Unseen", "Past")
    foreign = Pick(make_request(database, tenant, [lena], title="Lena's"), "0" * 64)
    with database.unit(tenant.id, lena.actor) as uow:
        service.decline(uow, taken.request_id, shown=taken.shown, reason="Too much.")
        service.withdraw(uow, gone.request_id, "The order was cancelled.")
        uow.session.get(Request, past.request_id).due_at = uow.now - timedelta(minutes=1)
    picks = [
        foreign, Pick(changed.request_id, "f" * 64), taken, gone, Pick(unseen.request_id), past,
        Pick(ids.new_id(), "0" * 64), fine,
    ]  # fmt: skip
    results = decide(database, tenant, jonas, picks)
    assert fates(results) == [
        ("", Fate.REFUSED, "not_found"),
        ("Changed", Fate.REFUSED, "content_changed"),
        ("Taken", Fate.SETTLED, "already_decided"),
        ("Gone", Fate.SETTLED, "withdrawn"),
        ("Unseen", Fate.REFUSED, "not_shown"),
        ("Past", Fate.SETTLED, "expired"),
        ("", Fate.REFUSED, "not_found"),
        ("Fine", Fate.DONE, ""),
    ]
    assert "Lena Vogt declined this on" in results[2].message
    assert [end.title for end in heard.ends] == ["Taken", "Fine"]


def test_sent_again_it_is_done_once(database, tenant, jonas, asked, heard):
    picks = asked("A", "B")
    first, again = (decide(database, tenant, jonas, [*picks, picks[0]]) for _time in range(2))
    assert fates(first) == fates(again) == [("A", Fate.DONE, ""), ("B", Fate.DONE, "")]
    assert len(heard.ends) == 2


@pytest.mark.parametrize("count", [0, MOST + 1])
def test_none_and_too_many_are_refused_at_the_field(database, tenant, jonas, count):
    with pytest.raises(InvalidInput) as refused:
        decide(database, tenant, jonas, [Pick(ids.new_id(), "0" * 64) for _number in range(count)])
    assert refused.value.field == "items"


def test_a_decline_needs_its_reason_once_for_all(database, tenant, jonas, asked, heard):
    picks = asked("A")
    with pytest.raises(InvalidInput) as refused:
        decide(database, tenant, jonas, picks, Outcome.DECLINED, reason=" ")
    assert (refused.value.code, refused.value.field) == ("reason_missing", "comment")
    assert not heard.ends


def test_what_fails_within_one_leaves_no_row_event_or_hint_of_it(database, tenant, jonas, asked, monkeypatch):

    def refuse_b(_uow, ends):
        if any(ended.title == "B" for ended in ends):
            raise Conflict("No.", code="asker_refused")

    monkeypatch.setitem(askers._handlers, "test", refuse_b)
    results = decide(database, tenant, jonas, asked("A", "B", "C"))
    assert fates(results) == [("A", Fate.DONE, ""), ("B", Fate.REFUSED, "asker_refused"), ("C", Fate.DONE, "")]
    with database.unit(tenant.id) as uow:
        query = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "approval.approved")
        audited = uow.session.scalar(query)
        votes = uow.session.scalar(select(func.count()).select_from(Vote))
        states = dict(uow.session.execute(select(Request.title, Request.state)).all())
        decisions = uow.session.scalar(select(func.count()).select_from(Decision))
    assert (audited, decisions, votes) == (2, 2, 2)
    assert states == {"A": "approved", "B": "pending", "C": "approved"}


def test_votes_count_within_their_rules_and_the_last_of_them_ends_it(database, tenant, jonas, lena, heard):
    both = ApprovalPart([f"user:{one.email}" for one in (jonas, lena)], "all")
    first, second = ApprovalPart([f"user:{jonas.email}"]), ApprovalPart([f"user:{lena.email}"])
    rules = {
        "Both": ApprovalRule([ApprovalStage([both])]),
        "In turn": ApprovalRule([ApprovalStage([first]), ApprovalStage([second])]),
    }
    made = [make_request(database, tenant, [], title=title, rule=rule) for title, rule in rules.items()]

    def seen():
        return [Pick(one, shown(database, tenant, one)) for one in made]

    once = decide(database, tenant, jonas, before := seen())
    assert [(one.fate, one.message) for one in once] == [(Fate.DONE, "It counts. Others have still to decide.")] * 2
    assert not heard.ends
    stale = decide(database, tenant, lena, before)
    assert fates(stale) == [("Both", Fate.DONE, ""), ("In turn", Fate.REFUSED, "content_changed")]
    assert fates(decide(database, tenant, lena, seen())) == [("Both", Fate.DONE, ""), ("In turn", Fate.DONE, "")]
    assert sorted((end.title, end.by) for end in heard.ends) == [("Both", "Lena Vogt"), ("In turn", "Lena Vogt")]


def test_two_people_who_decide_the_same_hundred_end_each_once(database, tenant, jonas, lena, asked, heard):
    picks = asked(*(f"R{number}" for number in range(20)))
    line = Barrier(2)

    def go(person, mine):
        line.wait()
        return decide(database, tenant, person, mine)

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(go, jonas, picks), pool.submit(go, lena, picks[::-1])]
    one, other = (sum(result.fate is Fate.DONE for result in future.result()) for future in done)
    assert one + other == 20
    assert len(heard.ends) == 20


def test_snooze_and_restore_are_for_ones_own_shares_alone(database, tenant, jonas, lena, asked):
    mine, ended = asked("Mine", "Ended")
    foreign = make_request(database, tenant, [lena], title="Lena's")
    decide(database, tenant, lena, [ended])
    picks = [mine, ended, Pick(foreign)]
    with database.unit(tenant.id, jonas.actor) as uow:
        until = uow.now + timedelta(hours=1)
        slept = bulk.snooze(uow, picks, until)
    assert fates(slept) == [
        ("Mine", Fate.DONE, ""), ("Ended", Fate.SETTLED, "closed"), ("", Fate.REFUSED, "not_found")
    ]  # fmt: skip
    assert share_of(database, tenant, mine.request_id, jonas).snoozed_until == until
    assert share_of(database, tenant, mine.request_id, lena).snoozed_until is None
    with database.unit(tenant.id, jonas.actor) as uow:
        assert fates(bulk.restore(uow, [mine])) == [("Mine", Fate.DONE, "")]
    assert share_of(database, tenant, mine.request_id, jonas).snoozed_until is None


def test_a_snooze_into_the_past_changes_none(database, tenant, jonas, asked):
    picks = asked("A")
    with pytest.raises(InvalidInput) as refused, database.unit(tenant.id, jonas.actor) as uow:
        bulk.snooze(uow, picks, uow.now)
    assert refused.value.field == "until"
    assert share_of(database, tenant, picks[0].request_id, jonas).state == "open"


def test_a_hundred_are_read_and_written_in_as_many_statements_as_two(database, tenant, jonas, asked):
    askers.register("test", askers.resume_run(RunWaits(lambda: None)))
    few, many = asked("A", "B"), asked(*(f"R{number}" for number in range(12)))
    counted = [statements(database, lambda mine=mine: decide(database, tenant, jonas, mine)) for mine in (few, many)]
    assert counted[0] == counted[1]


def test_the_runs_behind_them_are_told_in_the_transaction_once_each(database, tenant, jonas, asked):
    hints = []
    askers.register("test", askers.resume_run(RunWaits(lambda: hints.append(1))))
    picks = asked("A", "B", "C")
    decide(database, tenant, jonas, picks[:1])
    decide(database, tenant, jonas, picks)
    with database.unit(tenant.id) as uow:
        told = [row.payload["outcome"] for row in uow.session.scalars(select(Resolution))]
        mails = uow.session.scalars(select(OutboxRow.key).where(OutboxRow.topic == trail.TOLD)).all()
    assert told == ["approved"] * 3
    assert sorted(mails) == sorted(f"{trail.TOLD}:{pick.request_id}" for pick in picks)
    assert hints == [1, 1]


def statements(database, do):
    """Each with all its rows, which one round trip carries."""
    seen = []

    def hear(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(database.app, "before_cursor_execute", hear)
    try:
        do()
    finally:
        event.remove(database.app, "before_cursor_execute", hear)
    return len(seen)
