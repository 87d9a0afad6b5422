"""New versions: what was said before, whose turn it is again, what is told, who may not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.approvals import service
from studio.approvals.models import Request, Vote
from studio.approvals.outcomes import AssignmentState, Outcome, RequestState
from studio.approvals.revisions import Revision
from studio.approvals.wordings import Edits
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import clock
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from studio.core.models import OutboxRow
from tests.factories.accounts import make_person
from tests.factories.approvals import decide, make_delegation, make_request, share_of, shown
from tests.factories.timetables import make_calendar

FACTS = [("Order", "6021, paid 14 November"), ("Reason", "Arrived broken"), ("Receipt", "R-1")]


def waiting(*stages, stale="all"):
    """A rule that waits for new versions; stages of (need, n, people)."""
    made = [ApprovalStage([ApprovalPart([f"user:{who.email}" for who in asked], need, n)]) for need, n, asked in stages]
    return ApprovalRule(made, changes="wait", stale=stale)


def revise(database, tenant, person, request_id, edits=None, **more):
    seen = more.pop("shown", None) or shown(database, tenant, request_id)
    with database.unit(tenant.id, person.actor) as uow:
        return service.revise(uow, request_id, edits or Edits(facts=FACTS), shown=seen, **more).number


def dismiss(database, tenant, person, request_id, reason="It is in the order"):
    with database.unit(tenant.id, person.actor) as uow:
        service.dismiss(uow, request_id, reason)


def details(database, tenant, person, request_id, **more):
    with database.unit(tenant.id, person.actor) as uow:
        return service.details(uow, request_id, **more)


def row(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        return uow.session.get(Request, request_id)


def state(database, tenant, request_id):
    found = row(database, tenant, request_id)
    return found.state, found.revision, found.stage


def jobs(database, tenant, topic):
    with database.unit(tenant.id) as uow:
        return list(uow.session.scalars(select(OutboxRow).where(OutboxRow.topic == topic).order_by(OutboxRow.id)))


def nothing_written(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        assert uow.session.scalars(select(Vote).where(Vote.voided_at.is_not(None))).all() == []
        assert uow.session.scalars(select(Revision).where(Revision.request_id == request_id)).all() == []


@pytest.fixture
def mara(tenant, database):
    return make_person(database, tenant.id, Role.APPROVER, "Mara Lind")


@pytest.fixture
def anna(tenant, database):
    """Who asks, with a seat."""
    return make_person(database, tenant.id, Role.APPROVER, "Anna Keller")


@pytest.fixture
def ask(database, tenant, anna):
    def asked(rule, **more):
        return make_request(database, tenant, [], rule=rule, requester=anna.email, **more)

    return asked


def test_a_new_version_asks_everybody_again_from_the_first_stage(database, tenant, jonas, lena, mara, anna, ask, heard):
    request_id = ask(waiting(("all", None, [jonas, lena]), ("any", None, [mara])))
    decide(database, tenant, jonas, request_id)
    decide(database, tenant, lena, request_id)
    assert state(database, tenant, request_id) == (RequestState.PENDING, 1, 1)
    old = shown(database, tenant, request_id)
    assert revise(database, tenant, anna, request_id) == 2
    assert state(database, tenant, request_id) == (RequestState.PENDING, 2, 0)
    states = [share_of(database, tenant, request_id, who).state for who in (jonas, lena, mara)]
    assert states == [AssignmentState.OPEN, AssignmentState.OPEN, AssignmentState.QUEUED]
    with database.unit(tenant.id) as uow:
        assert set(uow.session.scalars(select(Vote.void_reason))) == {"stale"}
    with pytest.raises(Conflict) as refused:
        decide(database, tenant, jonas, request_id, shown=old)
    assert refused.value.code == "content_changed"
    assert heard.ends == []
    for who in (jonas, lena, mara):
        decide(database, tenant, who, request_id)
    [end] = heard.ends
    assert (str(end.outcome), end.version, end.facts["Reason"]) == ("approved", 2, "Arrived broken")
    assert len(jobs(database, tenant, "approval.revised")) == 2


def test_votes_that_are_kept_go_on_counting(database, tenant, jonas, lena, anna, ask, heard):
    request_id = ask(waiting(("all", None, [jonas, lena]), stale="keep"))
    first = decide(database, tenant, jonas, request_id)
    revise(database, tenant, anna, request_id)
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.DECIDED
    assert decide(database, tenant, jonas, request_id).id == first.id
    decide(database, tenant, lena, request_id)
    assert [str(end.outcome) for end in heard.ends] == ["approved"]


def test_whoever_edits_has_agreed_to_nothing_and_decides_nothing(database, tenant, jonas, ask, heard):
    """An admin who was asked, agreed, and then changes what was agreed to."""
    admin = tenant["admin"]
    request_id = ask(waiting(("all", None, [admin, jonas]), stale="keep"))
    decide(database, tenant, admin, request_id)
    revise(database, tenant, admin, request_id)
    with pytest.raises(Forbidden) as refused:
        decide(database, tenant, admin, request_id)
    assert refused.value.code == "self_approval"
    decide(database, tenant, jonas, request_id)
    assert heard.ends == []
    assert row(database, tenant, request_id).stuck_at is not None, "too few are left, and the rule is not lowered"
    assert not details(database, tenant, admin, request_id).decidable


def test_changes_are_awaited_and_the_deadline_stands_still(database, tenant, jonas, lena, anna, ask, heard):
    with database.unit(tenant.id) as uow:
        due_at = uow.now + timedelta(hours=3)
    request_id = ask(waiting(("all", None, [jonas, lena])), due_at=due_at, remind_at=due_at - timedelta(hours=1))
    decide(database, tenant, lena, request_id)
    held = decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED, reason="No receipt")
    assert decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED, reason="No receipt").id == held.id
    found = row(database, tenant, request_id)
    assert (found.state, found.closed_at, found.due_at, found.sort_at.year) == ("changes_requested", None, None, 9999)
    assert (heard.ends, jobs(database, tenant, "approval.expire"), jobs(database, tenant, "approval.remind")) == (
        [],
        [],
        [],
    )
    assert share_of(database, tenant, request_id, jonas).sort_at.year == 9999
    revise(database, tenant, anna, request_id, note="Receipt R-1 added")
    found = row(database, tenant, request_id)
    assert found.state == RequestState.PENDING
    assert due_at < found.due_at < due_at + timedelta(minutes=5)
    assert found.sort_at == share_of(database, tenant, request_id, jonas).sort_at == found.due_at
    [expiry], [reminder] = jobs(database, tenant, "approval.expire"), jobs(database, tenant, "approval.remind")
    assert (expiry.due_at, reminder.due_at) == (found.due_at, found.remind_at)
    assert found.due_at - found.remind_at == timedelta(hours=1)
    decide(database, tenant, jonas, request_id)
    decide(database, tenant, lena, request_id)
    assert [str(end.outcome) for end in heard.ends] == ["approved"]
    assert jobs(database, tenant, "approval.expire") == []


def test_a_deadline_of_working_hours_goes_on_by_its_calendar(database, tenant, jonas, anna, ask):
    calendar_id = make_calendar(database, tenant, name="Never on this day")
    with database.unit(tenant.id) as uow:
        due_at = uow.now + timedelta(days=9)
    request_id = ask(waiting(("any", None, [jonas])), due_at=due_at, calendar_id=calendar_id)
    with database.unit(tenant.id) as uow:
        before = service.calendars.working_left(uow, calendar_id, due_at)
    decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED)
    revise(database, tenant, anna, request_id)
    with database.unit(tenant.id) as uow:
        after = service.calendars.working_left(uow, calendar_id, uow.session.get(Request, request_id).due_at)
    assert abs(before - after) < timedelta(minutes=1)


def test_others_wait_and_whoever_asked_for_changes_may_take_it_back(database, tenant, jonas, lena, ask, heard):
    request_id = ask(waiting(("all", None, [jonas, lena])))
    decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED)
    with pytest.raises(Conflict) as refused:
        decide(database, tenant, lena, request_id)
    assert refused.value.code == "changes_requested"
    assert details(database, tenant, jonas, request_id).decidable
    assert not details(database, tenant, lena, request_id).decidable
    decide(database, tenant, jonas, request_id, Outcome.APPROVED)
    assert state(database, tenant, request_id) == (RequestState.PENDING, 1, 0)
    decide(database, tenant, lena, request_id)
    assert [str(end.outcome) for end in heard.ends] == ["approved"]


def test_changes_are_set_aside_with_a_reason_by_an_admin_alone(database, tenant, jonas, lena, anna, ask, heard):
    request_id = ask(waiting(("any", None, [jonas, lena])))
    with pytest.raises(Conflict) as refused:
        dismiss(database, tenant, tenant["admin"], request_id)
    assert refused.value.code == "not_held"
    decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED)
    for who, reason, code in (
        (lena, "No", "forbidden"),
        (anna, "No", "forbidden"),
        (tenant["admin"], " ", "reason_missing"),
    ):
        with pytest.raises((Forbidden, InvalidInput)) as refused:
            dismiss(database, tenant, who, request_id, reason)
        assert refused.value.code == code
    assert state(database, tenant, request_id)[0] == RequestState.CHANGES_REQUESTED
    dismiss(database, tenant, tenant["admin"], request_id)
    decide(database, tenant, lena, request_id)
    assert [str(end.outcome) for end in heard.ends] == ["approved"]


def test_an_admin_who_asked_for_it_sets_nothing_aside(database, tenant, jonas):
    admin = tenant["admin"]
    request_id = make_request(database, tenant, [], rule=waiting(("any", None, [jonas])), requester=admin.email)
    decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED)
    with pytest.raises(Forbidden) as refused:
        dismiss(database, tenant, admin, request_id)
    assert refused.value.code == "self_approval"


def test_what_waits_for_a_version_is_taken_back_with_its_run(database, tenant, jonas, ask, heard):
    request_id = ask(waiting(("any", None, [jonas])))
    decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED)
    with database.unit(tenant.id) as uow:
        service.withdraw(uow, request_id, "The run was cancelled.")
    assert state(database, tenant, request_id)[0] == RequestState.CANCELLED
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.WITHDRAWN


def test_a_reader_is_told_what_changed_since_they_spoke_or_since_their_page(database, tenant, jonas, lena, anna, ask):
    request_id = ask(waiting(("all", None, [jonas, lena])))
    first = shown(database, tenant, request_id)
    revise(database, tenant, anna, request_id, Edits(title="Refund €400.00 to Anna Keller"))
    second = shown(database, tenant, request_id)
    decide(database, tenant, jonas, request_id)
    revise(database, tenant, anna, request_id)
    told = lambda who, **more: {  # noqa: E731
        (one.field, one.label, one.old, one.new)
        for one in details(database, tenant, who, request_id, **more).changed.differences
    }
    facts = {("fact", "Reason", "Arrived damaged", "Arrived broken"), ("fact", "Receipt", None, "R-1")}
    title = {("title", "", "Refund €420.00 to Anna Keller", "Refund €400.00 to Anna Keller")}
    assert told(jonas) == facts == told(lena, shown=second)
    assert told(lena) == facts | title == told(jonas, shown=first)


@pytest.mark.parametrize(
    ("edits", "code", "field"),
    [
        (Edits(title="  "), "bad_title", "title"),
        (Edits(title="x" * 401), "bad_title", "title"),
        (Edits(facts=[("A", "b"), (" ", "c")]), "bad_label", "facts.1.label"),
        (Edits(facts=[("A", "b" * 2001)]), "too_long", "facts.0.value"),
        (Edits(facts=[("A", "b")] * 21), "too_many_facts", "facts"),
        (Edits(amount="much"), "bad_amount", "amount"),
        (Edits(amount="12"), "bad_currency", "currency"),
        (Edits(amount="12", currency="EURO"), "bad_currency", "currency"),
        (Edits(), "unchanged", None),
    ],
)  # fmt: skip
def test_what_cannot_stand_is_refused_by_field_and_nothing_is_written(
    database, tenant, jonas, anna, ask, edits, code, field
):
    request_id = ask(waiting(("any", None, [jonas])))
    with pytest.raises(InvalidInput) as refused:
        revise(database, tenant, anna, request_id, edits)
    assert (refused.value.code, refused.value.field) == (code, field)
    nothing_written(database, tenant, request_id)


def test_who_may_not_and_when_not(database, tenant, jonas, lena, anna, ask):
    request_id = ask(waiting(("any", None, [jonas])))
    for who, error, code in ((jonas, Forbidden, "not_requester"), (lena, NotFound, "not_found")):
        with pytest.raises(error) as refused:
            revise(database, tenant, who, request_id)
        assert refused.value.code == code
    with pytest.raises(Forbidden) as refused:
        revise(database, tenant, anna, request_id, Edits(instructions="Always say yes"))
    assert (refused.value.code, refused.value.field) == ("not_yours", "instructions")
    with pytest.raises(Conflict) as refused:
        revise(database, tenant, anna, request_id, shown="0" * 64)
    assert refused.value.code == "content_changed"
    nothing_written(database, tenant, request_id)
    decide(database, tenant, jonas, request_id)
    with pytest.raises(Conflict, match="Jonas Weber approved") as refused:
        revise(database, tenant, anna, request_id)
    assert refused.value.code == "already_decided"
    nothing_written(database, tenant, request_id)
    ends = make_request(database, tenant, [jonas], requester=anna.email)
    with pytest.raises(Conflict) as refused:
        revise(database, tenant, anna, ends)
    assert refused.value.code == "not_revisable"


def test_a_run_may_word_its_own_question_anew_whatever_the_rule(database, tenant, jonas, heard):
    request_id = make_request(database, tenant, [jonas], payload={"sku": 1})
    old = shown(database, tenant, request_id)
    with database.unit(tenant.id) as uow:
        service.revise(uow, request_id, Edits(), payload={"sku": 2})
    assert details(database, tenant, jonas, request_id).changed.differences == ()
    with pytest.raises(Conflict) as refused:
        decide(database, tenant, jonas, request_id, shown=old)
    assert refused.value.code == "content_changed"
    decide(database, tenant, jonas, request_id)
    assert heard.ends[0].version == 2


def test_whoever_stands_in_is_asked_again_as_well(database, tenant, jonas, lena, mara, anna, ask, heard):
    """Lena decided in the place of Jonas, who is away; the new version is asked of both."""
    make_delegation(database, tenant, jonas, lena)
    request_id = ask(waiting(("all", None, [jonas, mara])))
    decide(database, tenant, lena, request_id)
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.WITHDRAWN
    revise(database, tenant, anna, request_id)
    states = [share_of(database, tenant, request_id, who).state for who in (jonas, lena, mara)]
    assert states == [AssignmentState.OPEN] * 3
    decide(database, tenant, lena, request_id)
    decide(database, tenant, mara, request_id)
    assert [str(end.outcome) for end in heard.ends] == ["approved"]


def test_whoever_is_handed_the_place_that_asked_for_changes_asks_for_others(database, tenant, jonas, lena):
    """One vote a place counts, and the deadline that stood still is not lost."""
    due_at = clock.local_now() + timedelta(hours=4)
    request_id = make_request(database, tenant, [], rule=waiting(("any", None, [jonas])), due_at=due_at)
    decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED)
    with database.unit(tenant.id, jonas.actor) as uow:
        service.reassign(uow, share_of(database, tenant, request_id, jonas).id, lena.user_id)
    decide(database, tenant, lena, request_id, Outcome.CHANGES_REQUESTED, reason="The photo too")
    found = details(database, tenant, lena, request_id)
    assert (found.awaited.user_id, found.awaited.reason) == (lena.user_id, "The photo too")
    assert row(database, tenant, request_id).paused_due_at == due_at
    decide(database, tenant, lena, request_id)
    found = row(database, tenant, request_id)
    assert (found.state, found.due_at >= due_at) == ("approved", True)
