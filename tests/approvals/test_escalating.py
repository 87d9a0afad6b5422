"""Escalation: who is asked when nobody answers, what becomes of those before them, and how it ends."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.approvals import service
from studio.approvals.models import Assignment, Decision, Link, Request
from studio.approvals.outcomes import Channel, Outcome
from studio.approvals.service import bulk, schedules, seats
from studio.approvals.service.calendars import CalendarSave
from studio.approvals.service.calendars import create as make_calendar
from studio.approvals.service.schedules import ScheduleSave
from studio.contract.approving import ApprovalDelay, ApprovalEscalation, ApprovalPart, ApprovalRule, ApprovalStage
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from studio.core.models import OutboxRow
from tests.factories.accounts import make_person
from tests.factories.approvals import decide, make_delegation, make_group, make_request, share_of, shown
from tests.factories.escalations import (
    HOUR,
    come_due,
    escalate,
    level,
    make_escalating,
    next_in,
    plan_of,
    state,
    states,
    work,
)
from tests.factories.proofs import about_to_bypass

MINUTE = timedelta(minutes=1)


@pytest.fixture
def mara(tenant, database):
    return make_person(database, tenant.id, Role.APPROVER, "Mara Sand")


@pytest.fixture
def tom(tenant, database):
    return make_person(database, tenant.id, Role.APPROVER, "Tom Beck")


def about(moment, expected: timedelta) -> bool:
    return moment is not None and abs(moment - expected) < MINUTE


def everybody(*people):
    return ApprovalRule([ApprovalStage([ApprovalPart([f"user:{one.email}" for one in people], "all")])])


def leave(database, tenant, person):
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        members.disable(uow, person.seat_id)


# -- levels --------------------------------------------------------------------------------------------------------


def test_a_level_asks_more_people_who_may_decide(database, tenant, jonas, lena, heard):
    request_id = make_escalating(database, tenant, [jonas], level(lena))
    assert about(next_in(database, tenant, request_id), timedelta(hours=1))
    escalate(database, tenant, request_id)
    assert states(database, tenant, request_id) == {jonas.user_id: "open", lena.user_id: "open"}
    share = share_of(database, tenant, request_id, lena)
    assert share.why == {"kind": "escalated", "name": "Jonas Weber", "how": "add", "level": "1"}
    decide(database, tenant, lena, request_id)
    assert state(database, tenant, request_id) == "approved"
    assert [end.by for end in heard.ends] == ["Lena Vogt"]


def test_nothing_is_asked_before_its_time(database, tenant, jonas, lena):
    request_id = make_escalating(database, tenant, [jonas], level(lena))
    work(database, tenant)
    assert states(database, tenant, request_id) == {jonas.user_id: "open"}


def test_asked_instead_of_those_before(database, tenant, jonas, lena):
    request_id = make_escalating(database, tenant, [jonas], level(lena, replaces=True))
    old = share_of(database, tenant, request_id, jonas)
    escalate(database, tenant, request_id)
    assert states(database, tenant, request_id) == {jonas.user_id: "escalated_away", lena.user_id: "open"}
    with database.unit(tenant.id) as uow:
        assert not uow.session.scalars(select(Link).where(Link.assignment_id == old.id, Link.dead_at.is_(None))).all()
    with pytest.raises(Conflict) as refused:
        decide(database, tenant, jonas, request_id)
    assert refused.value.code == "escalated_away"
    assert state(database, tenant, request_id) == "pending"


def test_levels_follow_one_another_and_are_repeated(database, tenant, jonas, lena, mara):
    plan = {"loops": 1}
    request_id = make_escalating(
        database, tenant, [jonas], level(lena), level(mara, after=ApprovalDelay(2, "hours")), plan=plan
    )
    escalate(database, tenant, request_id)
    assert about(next_in(database, tenant, request_id), timedelta(hours=2))
    escalate(database, tenant, request_id)
    assert share_of(database, tenant, request_id, mara).why["name"] == "Lena Vogt"
    for _again in range(2):
        assert next_in(database, tenant, request_id) is not None
        escalate(database, tenant, request_id)
    assert next_in(database, tenant, request_id) is None
    with database.unit(tenant.id) as uow:
        asked = uow.session.scalars(select(Assignment).where(Assignment.request_id == request_id)).all()
        jobs = uow.session.scalars(select(OutboxRow.key).where(OutboxRow.key.like("approval.remind:%"))).all()
    assert len(asked) == 3, "whoever holds it already is not asked again"
    assert len(jobs) == 2, "but reminded"


def test_one_of_them_in_turn_is_fair_over_requests(database, tenant, jonas, lena, mara, tom):
    make_group(database, tenant, "Leads", [lena, mara, tom])
    asked = []
    for _request in range(6):
        request_id = make_escalating(database, tenant, [jonas], level("group:Leads", in_turn=True))
        escalate(database, tenant, request_id)
        [one] = set(states(database, tenant, request_id)) - {jonas.user_id}
        asked.append(one)
    assert sorted(asked[:3]) == sorted(asked[3:]) == sorted([lena.user_id, mara.user_id, tom.user_id])
    assert asked[:3] == asked[3:]


def test_whoever_cannot_take_a_turn_is_left_out_and_has_it_first_once_back(database, tenant, jonas, lena, mara):
    in_turn = level(lena, mara, in_turn=True)
    leave(database, tenant, lena)
    first = make_escalating(database, tenant, [jonas], in_turn)
    escalate(database, tenant, first)
    assert mara.user_id in states(database, tenant, first)
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        members.enable(uow, lena.seat_id)
    second = make_escalating(database, tenant, [jonas], in_turn)
    escalate(database, tenant, second)
    assert lena.user_id in states(database, tenant, second)


def test_whoever_is_on_call_at_that_moment_is_asked(database, tenant, jonas, lena, mara):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        start = uow.now.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        save = ScheduleSave("Night", "UTC", start, 364, [lena.user_id, mara.user_id])
        schedule = schedules.create(uow, save)
    request_id = make_escalating(database, tenant, [jonas], level("schedule:Night"))
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        schedules.override(uow, schedule.id, mara.user_id, uow.now, uow.now + timedelta(hours=2))
    escalate(database, tenant, request_id)
    assert set(states(database, tenant, request_id)) == {jonas.user_id, mara.user_id}


def test_the_requester_is_never_asked_by_a_level(database, tenant, jonas, lena, mara):
    request_id = make_escalating(database, tenant, [jonas], level(lena, mara), requester=lena.email)
    escalate(database, tenant, request_id)
    assert set(states(database, tenant, request_id)) == {jonas.user_id, mara.user_id}


def test_nobody_whom_the_asker_bars_is_asked_by_a_level(database, tenant, jonas, lena, mara, tom):
    request_id = make_escalating(
        database, tenant, [jonas], level(lena, mara, tom), last_editor=lena.user_id, barred=[mara.user_id]
    )
    escalate(database, tenant, request_id)
    assert set(states(database, tenant, request_id)) == {jonas.user_id, tom.user_id}


def test_a_bypass_leaves_no_timer_and_nothing_to_escalate(database, tenant, jonas, lena):
    request_id = make_escalating(database, tenant, [jonas], level(lena))
    seen = shown(database, tenant, request_id)
    owner = about_to_bypass(database, tenant, tenant["owner"], request_id, seen)
    with database.unit(tenant.id, owner) as uow:
        service.bypass(uow, request_id, shown=seen, reason="It cannot wait")
    assert next_in(database, tenant, request_id) is None
    work(database, tenant)
    assert set(states(database, tenant, request_id).values()) == {"withdrawn"}


def test_an_escalated_person_counts_once_and_the_need_stays(database, tenant, jonas, lena, mara, tom):
    request_id = make_escalating(database, tenant, [], level(mara, tom), rule=everybody(jonas, lena))
    escalate(database, tenant, request_id)
    decide(database, tenant, mara, request_id)
    assert state(database, tenant, request_id) == "pending"
    decide(database, tenant, tom, request_id)
    assert state(database, tenant, request_id) == "approved"


def test_an_escalated_person_fills_a_place_of_every_part(database, tenant, jonas, lena, mara):
    parts = [ApprovalPart([f"user:{one.email}"]) for one in (jonas, lena)]
    request_id = make_escalating(
        database, tenant, [], level(mara, replaces=True), rule=ApprovalRule([ApprovalStage(parts)])
    )
    escalate(database, tenant, request_id)
    decide(database, tenant, mara, request_id)
    assert state(database, tenant, request_id) == "approved"


def test_each_stage_walks_the_plan_from_its_beginning(database, tenant, jonas, lena, mara):
    stages = [ApprovalStage([ApprovalPart([f"user:{one.email}"])]) for one in (jonas, lena)]
    request_id = make_escalating(database, tenant, [], level(mara), rule=ApprovalRule(stages))
    escalate(database, tenant, request_id)
    assert next_in(database, tenant, request_id) is None
    decide(database, tenant, mara, request_id)
    assert about(next_in(database, tenant, request_id), timedelta(hours=1))
    assert states(database, tenant, request_id) == {
        jonas.user_id: "withdrawn", mara.user_id: "decided", lena.user_id: "open",
    }  # fmt: skip
    escalate(database, tenant, request_id)
    decide(database, tenant, mara, request_id)
    assert state(database, tenant, request_id) == "approved"


def test_an_end_leaves_no_timer(database, tenant, jonas, lena):
    decided = make_escalating(database, tenant, [jonas], level(lena))
    taken_back = make_escalating(database, tenant, [jonas], level(lena))
    decide(database, tenant, jonas, decided)
    with database.unit(tenant.id) as uow:
        service.withdraw(uow, taken_back, "Not needed.")
    for request_id in (decided, taken_back):
        assert next_in(database, tenant, request_id) is None
    with database.unit(tenant.id) as uow:
        assert not uow.session.scalars(select(OutboxRow.key).where(OutboxRow.topic == "approval.escalate")).all()


# -- time ----------------------------------------------------------------------------------------------------------


def test_working_hours_are_counted_by_the_calendar(database, tenant, jonas, lena):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        weekday = (uow.now + timedelta(days=2)).weekday()
        week = [["00:00-24:00"] if day == weekday else [] for day in range(7)]
        make_calendar(uow, CalendarSave("One day", "UTC", week))
    request_id = make_escalating(
        database, tenant, [jonas], level(lena, after=ApprovalDelay(3, "working_hours", "One day"))
    )
    with database.unit(tenant.id) as uow:
        moment = plan_of(database, tenant, request_id).next_at
        assert (moment.weekday(), moment.hour, moment.minute) == (weekday, 3, 0)


def test_time_stands_still_while_a_new_version_is_awaited(database, tenant, jonas, lena):
    rule = ApprovalRule([ApprovalStage([ApprovalPart([f"user:{jonas.email}"])])], changes="wait")
    request_id = make_escalating(database, tenant, [], level(lena), rule=rule)
    decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED)
    assert next_in(database, tenant, request_id) is None
    work(database, tenant)
    assert states(database, tenant, request_id) == {jonas.user_id: "open"}
    with database.unit(tenant.id) as uow:
        uow.session.execute(update(Request).values(paused_at=Request.paused_at))
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        service.dismiss(uow, request_id, "It is in the order.")
    assert about(next_in(database, tenant, request_id), timedelta(hours=1))


def test_a_deadline_that_has_come_leaves_nothing_to_escalate(database, tenant, jonas, lena):
    with database.unit(tenant.id) as uow:
        due_at = uow.now + timedelta(hours=1)
    request_id = make_escalating(database, tenant, [jonas], level(lena), due_at=due_at)
    with database.unit(tenant.id) as uow:
        uow.session.execute(update(Request).values(due_at=uow.now - timedelta(seconds=1)))
    escalate(database, tenant, request_id)
    assert states(database, tenant, request_id) == {jonas.user_id: "open"}
    assert next_in(database, tenant, request_id) is None


# -- “I'm on it” ---------------------------------------------------------------------------------------------------


def acknowledge(database, tenant, person, request_id):
    with database.unit(tenant.id, person.actor) as uow:
        return service.acknowledge(uow, request_id)


def test_whoever_is_on_it_holds_the_next_level_back_and_then_it_goes_on(database, tenant, jonas, lena):
    request_id = make_escalating(database, tenant, [jonas], level(lena))
    acknowledge(database, tenant, jonas, request_id)
    assert about(next_in(database, tenant, request_id), timedelta(minutes=30))
    escalate(database, tenant, request_id)
    assert states(database, tenant, request_id) == {jonas.user_id: "open"}
    assert plan_of(database, tenant, request_id).acknowledged_by is None
    assert about(next_in(database, tenant, request_id), timedelta(hours=1)), "as much as was left"
    escalate(database, tenant, request_id)
    assert lena.user_id in states(database, tenant, request_id)


def test_the_same_again_does_not_lengthen_it_and_somebody_else_may_take_over(database, tenant, jonas, lena, mara):
    request_id = make_escalating(
        database, tenant, [jonas, lena], level(mara), plan={"acknowledge_for": ApprovalDelay(10, "minutes")}
    )
    first = acknowledge(database, tenant, jonas, request_id).next_at
    assert acknowledge(database, tenant, jonas, request_id).next_at == first
    assert acknowledge(database, tenant, lena, request_id).acknowledged_by == lena.user_id
    escalate(database, tenant, request_id)
    assert about(next_in(database, tenant, request_id), timedelta(hours=1))


def test_the_deadline_runs_on_while_somebody_is_on_it(database, tenant, jonas, lena):
    with database.unit(tenant.id) as uow:
        due_at = uow.now + timedelta(hours=1)
    request_id = make_escalating(database, tenant, [jonas], level(lena), due_at=due_at)
    acknowledge(database, tenant, jonas, request_id)
    with database.unit(tenant.id) as uow:
        assert uow.session.get_one(Request, request_id).due_at == due_at


def test_handing_it_on_ends_that_one_is_on_it(database, tenant, jonas, lena, mara):
    request_id = make_escalating(database, tenant, [jonas], level(mara))
    acknowledge(database, tenant, jonas, request_id)
    with database.unit(tenant.id, jonas.actor) as uow:
        service.reassign(uow, share_of(database, tenant, request_id, jonas).id, lena.user_id)
    assert plan_of(database, tenant, request_id).acknowledged_by is None
    assert about(next_in(database, tenant, request_id), timedelta(hours=1))


def test_having_said_yes_ends_that_one_is_on_it(database, tenant, jonas, lena, mara):
    request_id = make_escalating(database, tenant, [], level(mara), rule=everybody(jonas, lena))
    acknowledge(database, tenant, jonas, request_id)
    decide(database, tenant, jonas, request_id)
    assert plan_of(database, tenant, request_id).acknowledged_by is None
    assert about(next_in(database, tenant, request_id), timedelta(hours=1))


@pytest.mark.parametrize("who", ["lena", "admin", "outsider"])
def test_only_whoever_is_asked_can_be_on_it(database, tenant, jonas, lena, mara, who):
    request_id = make_escalating(database, tenant, [jonas], level(mara))
    person = {"lena": lena, "admin": tenant["admin"], "outsider": mara}[who]
    with pytest.raises(Forbidden if who == "admin" else NotFound):
        acknowledge(database, tenant, person, request_id)
    assert plan_of(database, tenant, request_id).acknowledged_by is None


def test_nothing_to_hold_back_is_said(database, tenant, jonas, lena):
    plain = make_request(database, tenant, [jonas])
    done = make_escalating(database, tenant, [jonas], level(lena))
    escalate(database, tenant, done)
    for request_id in (plain, done):
        with pytest.raises(Conflict) as refused:
            acknowledge(database, tenant, jonas, request_id)
        assert refused.value.code == "not_escalating"


# -- hardest test 3: snoozed past its deadline or escalation, reassigned while snoozed -------------------------------


def test_what_is_snoozed_wakes_with_the_next_level(database, tenant, jonas, lena):
    request_id = make_escalating(database, tenant, [jonas], level(lena))
    share = share_of(database, tenant, request_id, jonas)
    with database.unit(tenant.id, jonas.actor) as uow:
        wake = service.snooze(uow, share.id, uow.now + timedelta(days=3))
        assert about(wake - uow.now, timedelta(hours=1))
    escalate(database, tenant, request_id)
    decide(database, tenant, jonas, request_id)
    assert state(database, tenant, request_id) == "approved"


def test_what_is_snoozed_may_be_escalated_away(database, tenant, jonas, lena):
    request_id = make_escalating(database, tenant, [jonas], level(lena, replaces=True))
    with database.unit(tenant.id, jonas.actor) as uow:
        bulk.snooze(uow, [bulk.Pick(request_id)], uow.now + timedelta(minutes=30))
    escalate(database, tenant, request_id)
    share = share_of(database, tenant, request_id, jonas)
    assert (share.state, share.snoozed_until) == ("escalated_away", None)


def test_reassigned_while_snoozed_and_then_escalated(database, tenant, jonas, lena, mara):
    request_id = make_escalating(database, tenant, [jonas], level(mara, replaces=True))
    share = share_of(database, tenant, request_id, jonas)
    with database.unit(tenant.id, jonas.actor) as uow:
        service.snooze(uow, share.id, uow.now + timedelta(minutes=30))
        service.reassign(uow, share.id, lena.user_id)
    assert about(next_in(database, tenant, request_id), timedelta(hours=1)), "handing on wins no time"
    escalate(database, tenant, request_id)
    assert states(database, tenant, request_id) == {
        jonas.user_id: "reassigned", lena.user_id: "escalated_away", mara.user_id: "open",
    }  # fmt: skip


# -- hardest test 9: absences ----------------------------------------------------------------------------------------


def test_whoever_stands_in_for_an_escalated_person_is_asked_as_well(database, tenant, jonas, lena, mara):
    make_delegation(database, tenant, lena, mara)
    request_id = make_escalating(database, tenant, [jonas], level(lena))
    escalate(database, tenant, request_id)
    assert states(database, tenant, request_id) == dict.fromkeys((jonas.user_id, lena.user_id, mara.user_id), "open")
    assert share_of(database, tenant, request_id, mara).place_id == share_of(database, tenant, request_id, lena).id
    decide(database, tenant, mara, request_id)
    assert state(database, tenant, request_id) == "approved"


def test_escalated_to_somebody_who_delegated_back(database, tenant, jonas, lena):
    make_delegation(database, tenant, lena, jonas)
    request_id = make_escalating(database, tenant, [jonas], level(lena))
    escalate(database, tenant, request_id)
    assert states(database, tenant, request_id) == {jonas.user_id: "open", lena.user_id: "open"}


@pytest.mark.parametrize("replaces", [False, True])
def test_escalated_to_whoever_stands_in_already(database, tenant, jonas, lena, replaces):
    make_delegation(database, tenant, jonas, lena)
    request_id = make_escalating(database, tenant, [jonas], level(lena, replaces=replaces))
    assert states(database, tenant, request_id) == {jonas.user_id: "open", lena.user_id: "open"}
    escalate(database, tenant, request_id)
    assert states(database, tenant, request_id) == {
        jonas.user_id: "escalated_away" if replaces else "open", lena.user_id: "open",
    }  # fmt: skip
    assert (share_of(database, tenant, request_id, lena).why["kind"] == "escalated") is replaces
    decide(database, tenant, lena, request_id)
    assert state(database, tenant, request_id) == "approved"


def test_an_absence_to_the_requester_gives_them_no_share(database, tenant, jonas, lena, mara):
    make_delegation(database, tenant, lena, mara)
    request_id = make_escalating(database, tenant, [jonas], level(lena), requester=mara.email)
    escalate(database, tenant, request_id)
    assert states(database, tenant, request_id) == {jonas.user_id: "open", lena.user_id: "open"}


# -- fallback approvers ------------------------------------------------------------------------------------------------


def to(*people):
    return {"fallback": [f"user:{one.email}" for one in people]}


def test_a_first_stage_with_nobody_asks_the_fallback(database, tenant, jonas, lena):
    leave(database, tenant, jonas)
    request_id = make_escalating(database, tenant, [jonas], plan=to(lena))
    assert states(database, tenant, request_id) == {lena.user_id: "open"}
    assert share_of(database, tenant, request_id, lena).why == {"kind": "fallback", "name": "Lena Vogt"}
    decide(database, tenant, lena, request_id)
    assert state(database, tenant, request_id) == "approved"


def test_a_fallback_does_not_lower_the_need(database, tenant, jonas, lena, mara):
    leave(database, tenant, jonas)
    rule = ApprovalRule([ApprovalStage([ApprovalPart([f"user:{jonas.email}"], "count", 2, need_field="number")])])
    with pytest.raises(InvalidInput) as refused:
        make_escalating(database, tenant, [], plan=to(lena), rule=rule)
    assert (refused.value.code, refused.value.field) == ("quorum_above_group", "number")


def test_the_last_one_who_could_decide_leaves_and_the_fallback_is_asked(database, tenant, jonas, lena, mara):
    request_id = make_escalating(database, tenant, [jonas], level(mara), plan=to(lena))
    leave(database, tenant, jonas)
    leave(database, tenant, mara)
    escalate(database, tenant, request_id)
    assert states(database, tenant, request_id) == {jonas.user_id: "open", lena.user_id: "open"}
    with database.unit(tenant.id) as uow:
        assert uow.session.get_one(Request, request_id).stuck_at is None
    decide(database, tenant, lena, request_id)
    assert state(database, tenant, request_id) == "approved"


def test_the_fallback_is_asked_as_soon_as_the_last_seat_is_gone(database, tenant, jonas, lena, mara):
    request_id = make_escalating(database, tenant, [jonas], level(mara), plan=to(lena))
    acknowledge(database, tenant, jonas, request_id)
    leave(database, tenant, jonas)
    with database.unit(tenant.id) as uow:
        seats.look(uow, {"user_id": str(jonas.user_id), "at": uow.now.isoformat()})
    assert states(database, tenant, request_id) == {jonas.user_id: "revoked", lena.user_id: "open"}
    assert plan_of(database, tenant, request_id).acknowledged_by is None
    assert about(next_in(database, tenant, request_id), timedelta(hours=1))


def test_one_of_two_leaves_and_the_fallback_fills_that_place(database, tenant, jonas, lena, mara):
    request_id = make_escalating(database, tenant, [], plan=to(mara), rule=everybody(jonas, lena))
    leave(database, tenant, lena)
    decide(database, tenant, jonas, request_id)
    assert state(database, tenant, request_id) == "pending"
    assert states(database, tenant, request_id)[mara.user_id] == "open"
    decide(database, tenant, mara, request_id)
    assert state(database, tenant, request_id) == "approved"


def test_nobody_anywhere_is_told_and_the_rule_stays(database, tenant, jonas, lena, mara):
    request_id = make_escalating(database, tenant, [jonas], level(mara), plan=to(lena))
    for person in (jonas, lena, mara):
        leave(database, tenant, person)
    escalate(database, tenant, request_id)
    assert states(database, tenant, request_id) == {jonas.user_id: "open"}
    with database.unit(tenant.id) as uow:
        assert uow.session.get_one(Request, request_id).stuck_at is not None


# -- the last word -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("then", "ended"), [("decline", "declined"), ("expire", "expired"), ("approve", "approved")])
def test_the_last_word_ends_it_by_the_escalation(database, tenant, jonas, lena, heard, then, ended):
    request_id = make_escalating(database, tenant, [jonas], level(lena), plan={"then": then, "loops": 1})
    for _step in range(2):
        escalate(database, tenant, request_id)
    assert about(next_in(database, tenant, request_id), timedelta(hours=1))
    escalate(database, tenant, request_id)
    assert state(database, tenant, request_id) == ended
    assert set(states(database, tenant, request_id).values()) == {"withdrawn"}
    with database.unit(tenant.id) as uow:
        [decision] = uow.session.scalars(select(Decision)).all()
    assert (decision.by_user_id, decision.by_name, decision.channel) == (None, "Escalation", Channel.ESCALATION)
    assert decision.reason.startswith("Nobody answered, though others were asked 2 times.")
    assert [(end.outcome, end.by) for end in heard.ends] == [(ended, "Escalation")]


def test_without_a_last_word_it_goes_on_waiting(database, tenant, jonas, lena):
    request_id = make_escalating(database, tenant, [jonas], level(lena))
    escalate(database, tenant, request_id)
    assert next_in(database, tenant, request_id) is None
    assert state(database, tenant, request_id) == "pending"


def test_silence_agrees_for_the_running_stage_alone(database, tenant, jonas, lena, mara):
    stages = [ApprovalStage([ApprovalPart([f"user:{one.email}"])]) for one in (jonas, lena)]
    request_id = make_escalating(database, tenant, [], level(mara), plan={"then": "approve"}, rule=ApprovalRule(stages))
    escalate(database, tenant, request_id)
    escalate(database, tenant, request_id)
    assert state(database, tenant, request_id) == "pending"
    assert states(database, tenant, request_id)[lena.user_id] == "open"
    assert about(next_in(database, tenant, request_id), timedelta(hours=1))


def test_an_asker_who_will_not_hear_of_it_keeps_no_other_from_its_end(database, tenant, jonas, lena, heard):
    plan = {"then": "decline"}
    bad, good = (make_escalating(database, tenant, [jonas], level(lena), plan=plan) for _each in range(2))
    for request_id in (bad, good):
        escalate(database, tenant, request_id)
    with database.unit(tenant.id) as uow:
        uow.session.execute(update(Request).where(Request.id == bad).values(asker="nobody"))
    come_due(database, tenant, bad, good)
    work(database, tenant)
    assert [state(database, tenant, one) for one in (bad, good)] == ["pending", "declined"]
    assert about(next_in(database, tenant, bad), timedelta(minutes=5))


# -- what makes no sense -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "plan", "code", "field"),
    [
        ([level("user:nobody@example.com")], {}, "unknown_target", "levels.targets"),
        ([level("group:None such", field="escalate.0")], {}, "unknown_target", "escalate.0.targets"),
        ([level("schedule:None such", field="escalate.0")], {}, "unknown_target", "escalate.0.targets"),
        ([level(field="escalate.0")], {}, "no_targets", "escalate.0.targets"),
        ([level(*["user:a@b.c"] * 11, field="escalate.0")], {}, "too_many_targets", "escalate.0.targets"),
        ([level("x", after=ApprovalDelay(0, "hours"), field="escalate.1")], {}, "bad_delay", "escalate.1.after"),
        ([level("x", after=ApprovalDelay(1, "months"), field="escalate.1")], {}, "bad_delay", "escalate.1.after"),
        (
            [level("x", after=ApprovalDelay(1, "working_hours", "Gone"), field="escalate.1")],
            {},
            "calendar.unknown",
            "escalate.1.after.calendar",
        ),
        ([], {"acknowledge_for": HOUR}, "acknowledge_without_levels", "acknowledge_for"),
        ([], {"loops": 1}, "repeat_without_levels", "repeat"),
        ([level("x")], {"loops": 10}, "bad_loops", "repeat"),
        ([], {"then": "decline"}, "last_action_without_levels", "at_last"),
        ([level("x")], {"then": "explode"}, "bad_last_action", "at_last"),
        ([level("x")], {"then_after": HOUR}, "last_delay_without_action", "at_last_after"),
        ([], {"fallback": ["group:None such"]}, "unknown_target", "fallback"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_and_nobody_is_asked(database, tenant, jonas, levels, plan, code, field):
    with pytest.raises(InvalidInput) as refused:
        make_request(database, tenant, [jonas], escalation=ApprovalEscalation(levels, **plan))
    assert (refused.value.code, refused.value.field) == (code, field)
    with database.unit(tenant.id) as uow:
        assert not uow.session.scalars(select(Request.id)).all()


def test_a_level_that_takes_away_more_than_it_asks_is_refused(database, tenant, jonas, lena, mara):
    with pytest.raises(InvalidInput) as refused:
        make_escalating(
            database, tenant, [], level(mara, replaces=True, field="escalate.0"), rule=everybody(jonas, lena)
        )
    assert (refused.value.code, refused.value.field) == ("level_below_quorum", "escalate.0.targets")
