"""Access reviews from the first mail to the report, with the seats that go by them."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from studio.accounts.models import ApiToken, Seat
from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.approvals.models import Assignment
from studio.approvals.outcomes import AssignmentState
from studio.audit.models import AuditEvent
from studio.core import clock, outbox
from studio.core.errors import Conflict, Forbidden, InvalidInput, StudioError
from studio.oversight import spreadsheets
from studio.oversight.models import AccessReview
from studio.oversight.reviews import answering, ending, listing, rows, starting, trail
from studio.oversight.reviews.outcomes import Answer, Cause, Scope, Silence, State
from studio.oversight.reviews.post import Post
from tests.factories.accounts import give_seat, make_person, make_tenant, make_token
from tests.factories.approvals import decide, listen, make_group, make_request, share_of
from tests.factories.reviews import DUE_IN, item_about, make_review, review_row


@pytest.fixture
def database(app, mailer):
    Post(mailer, "http://localhost:8000").register()
    return app.extensions["studio_database"]


@pytest.fixture
def tenant(database):
    listen()
    return make_tenant(database, "Nordlicht Store")


@pytest.fixture(autouse=True)
def clock_back():
    yield
    clock.reset()


def work(database):
    while outbox.drain(database):
        pass


def answer(database, tenant, reviewer, review_id, about, given=Answer.KEEP, **more):
    item = item_about(database, tenant, review_id, about)
    shown = more.pop("shown", None) or about.role
    with database.unit(tenant.id, reviewer.actor) as uow:
        return answering.answer(uow, item.id, given, reason=more.pop("reason", "Needed"), shown=shown, **more)


def has_seat(database, tenant, person):
    with database.unit(tenant.id, read_only=True) as uow:
        return uow.session.get_one(Seat, person.seat_id).disabled_at is None


def outcome(database, tenant, review_id, person):
    item = item_about(database, tenant, review_id, person)
    return item.answer, item.cause


def events(database, tenant, action):
    with database.unit(tenant.id, read_only=True) as uow:
        return uow.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action))


def test_a_review_from_the_mail_to_the_report(app, database, tenant, mailer):
    owner, admin, builder = tenant["owner"], tenant["admin"], tenant["builder"]
    approver, auditor = tenant["approver"], tenant["auditor"]
    make_group(database, tenant, "Refund team", [approver])
    request_id = make_request(database, tenant, [approver, builder])
    make_token(app, tenant, "approver", ["approvals:read"])
    review_id = make_review(database, tenant, [owner, builder], silence=Silence.REMOVE)
    work(database)
    asked = {mail.to[0]: mail for mail in mailer.sent.values() if "to review by" in mail.subject}
    assert set(asked) == {owner.email, builder.email}
    assert "http://localhost:8000/reviews" in asked[owner.email].text
    assert asked[owner.email].subject.startswith("4 seats to review")
    answer(database, tenant, owner, review_id, builder)
    answer(database, tenant, owner, review_id, auditor, Answer.CHANGE, role=Role.APPROVER)
    answer(database, tenant, builder, review_id, approver, Answer.REMOVE, reason="=left(1)")
    work(database)
    assert not has_seat(database, tenant, approver)
    assert share_of(database, tenant, request_id, approver).state == AssignmentState.REVOKED
    with database.unit(tenant.id, read_only=True) as uow:
        assert uow.session.scalars(select(ApiToken.revoked_at)).one() is not None
        line = next(
            one for one in listing.lines(uow, rows.items(uow, review_id)) if one.item.user_id == approver.user_id
        )
        assert (line.facts.open_approvals, line.facts.tokens, line.facts.groups) == (1, 1, ("Refund team",))
        assert line.answered_by == builder.name
    answer(database, tenant, builder, review_id, admin)
    assert review_row(database, tenant, review_id).state == State.OPEN
    answer(database, tenant, builder, review_id, owner)
    assert review_row(database, tenant, review_id).state == State.FINISHED
    work(database)
    assert "finished" in mailer.last.subject
    with database.unit(tenant.id, read_only=True) as uow:
        found = rows.review(uow, review_id)
        text = spreadsheets.review(found, listing.lines(uow, rows.items(uow, review_id)))
    assert "'=left(1)" in text
    assert f"{auditor.name},{auditor.email},auditor,change,reviewer,approver" in text
    assert (events(database, tenant, "access_review.answered"), events(database, tenant, "member.disabled")) == (5, 1)


def test_an_answer_is_refused_with_the_reason_and_nothing_is_written(database, tenant):
    owner, admin, builder, approver = (tenant[role] for role in ("owner", "admin", "builder", "approver"))
    review_id = make_review(database, tenant, [owner, approver])
    refused = [
        ((approver, approver), {}, "own_seat"),
        ((admin, builder), {}, "not_the_reviewer"),
        ((owner, builder), {"reason": "  "}, "reason_needed"),
        ((owner, builder), {"shown": Role.AUDITOR}, "seat_changed"),
        ((owner, builder), {"given": Answer.CHANGE}, "role_needed"),
        ((owner, builder), {"given": Answer.GONE}, "invalid_input"),
        ((approver, builder), {"given": Answer.CHANGE, "role": Role.ADMIN}, "role_not_offered"),
        ((approver, owner), {"given": Answer.REMOVE}, "owner_only"),
        ((approver, owner), {"given": Answer.CHANGE, "role": Role.BUILDER}, "owner_only"),
    ]
    for (reviewer, about), more, code in refused:
        with pytest.raises(StudioError) as told:
            answer(database, tenant, reviewer, review_id, about, **more)
        assert told.value.code == code
    assert events(database, tenant, "access_review.answered") == 0
    answer(database, tenant, owner, review_id, builder, Answer.REMOVE)
    answer(database, tenant, owner, review_id, builder, Answer.REMOVE)  # the second click
    with pytest.raises(Conflict) as told:
        answer(database, tenant, approver, review_id, builder)
    assert owner.name in told.value.message
    assert events(database, tenant, "access_review.answered") == 1
    clock.shift(DUE_IN)
    with pytest.raises(Conflict) as told:
        answer(database, tenant, owner, review_id, admin)
    assert told.value.code == "review_ended"


def test_the_last_owner_stays_whoever_answers(database, tenant):
    second = make_person(database, tenant.id, Role.OWNER)
    review_id = make_review(database, tenant, [second])
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        members.change_role(uow, second.seat_id, Role.BUILDER)
    with pytest.raises(StudioError) as told:
        answer(database, tenant, second, review_id, tenant["owner"], Answer.REMOVE)
    assert told.value.code in ("owner_only", "last_owner")
    assert has_seat(database, tenant, tenant["owner"])


@pytest.mark.parametrize("silence", list(Silence))
def test_silence_is_counted_once_however_often_and_late_it_is_delivered(database, tenant, silence):
    owner, approver = tenant["owner"], tenant["approver"]
    review_id = make_review(database, tenant, [owner], silence=silence)
    answer(database, tenant, owner, review_id, tenant["builder"])
    job = {"review_id": str(review_id)}
    with database.unit(tenant.id) as uow:
        ending.due(uow, job)  # early
    assert outcome(database, tenant, review_id, approver) == (None, None)
    with database.unit(tenant.id, owner.actor) as uow:
        members.disable(uow, tenant["auditor"].seat_id)
    clock.shift(DUE_IN + timedelta(days=40))
    work(database)
    if silence is Silence.OWNER:
        assert review_row(database, tenant, review_id).state == State.HANDED
        answer(database, tenant, owner, review_id, tenant["admin"])
        clock.shift(timedelta(days=8))
        work(database)
    before = events(database, tenant, "access_review.answered")
    for _again in range(2):
        with database.unit(tenant.id) as uow:
            ending.due(uow, job)
    assert review_row(database, tenant, review_id).state == State.FINISHED
    kept = (Answer.KEEP, Cause.SILENCE)
    expected = (Answer.REMOVE, Cause.SILENCE) if silence is Silence.REMOVE else kept
    assert outcome(database, tenant, review_id, approver) == expected
    assert has_seat(database, tenant, approver) == (silence is not Silence.REMOVE)
    assert outcome(database, tenant, review_id, tenant["auditor"]) == (Answer.GONE, Cause.ELSEWHERE)
    own = (Answer.KEEP, Cause.OWNER_STAYS if silence is Silence.REMOVE else Cause.SILENCE)
    assert outcome(database, tenant, review_id, owner) == own
    assert has_seat(database, tenant, owner)
    assert before == events(database, tenant, "access_review.answered") == 5
    assert events(database, tenant, "access_review.finished") == 1


def test_many_seats_are_settled_a_batch_at_a_time(database, tenant, monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 2)
    review_id = make_review(database, tenant, [tenant["owner"]], silence=Silence.REMOVE)
    clock.shift(DUE_IN)
    work(database)
    assert review_row(database, tenant, review_id).state == State.FINISHED
    assert [role for role in Role if has_seat(database, tenant, tenant[role])] == [Role.OWNER]


def test_an_answer_and_the_due_date_at_once_have_one_winner(database, tenant):
    """The clock stands just before the due date for the answer, at it for the timer; both look under one lock."""
    review_id = make_review(database, tenant, [tenant["owner"]], silence=Silence.REMOVE)
    start, ended = threading.Barrier(2), []

    def answering_now():
        start.wait()
        try:
            answer(database, tenant, tenant["owner"], review_id, tenant["builder"])
            ended.append(Cause.REVIEWER)
        except Conflict:
            ended.append(Cause.SILENCE)

    def timer():
        start.wait()
        clock.shift(DUE_IN)
        with database.unit(tenant.id) as uow:
            ending.due(uow, {"review_id": str(review_id)})

    threads = [threading.Thread(target=each) for each in (answering_now, timer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcome(database, tenant, review_id, tenant["builder"])[1] == ended[0]
    assert has_seat(database, tenant, tenant["builder"]) == (ended[0] == Cause.REVIEWER)


def test_reviewers_that_leave_are_replaced_and_others_are_reminded(database, tenant, mailer):
    owner, admin, builder = tenant["owner"], tenant["admin"], tenant["builder"]
    seats = {tenant["approver"].seat_id: builder.user_id}
    review_id = make_review(database, tenant, [admin], seats=seats)
    with pytest.raises(Forbidden):
        answer(database, tenant, owner, review_id, tenant["approver"])
    with database.unit(tenant.id, owner.actor) as uow:
        members.disable(uow, builder.seat_id)
    answer(database, tenant, owner, review_id, tenant["approver"])
    item = item_about(database, tenant, review_id, tenant["auditor"])
    with database.unit(tenant.id, admin.actor) as uow:
        answering.hand_over(uow, item.id, owner.user_id)
    with pytest.raises(InvalidInput), database.unit(tenant.id, admin.actor) as uow:
        answering.hand_over(uow, item.id, tenant["auditor"].user_id)
    with pytest.raises(Forbidden):
        answer(database, tenant, admin, review_id, tenant["auditor"])
    work(database)
    mailer.sent.clear()
    clock.shift(DUE_IN - timedelta(days=2, hours=23))
    work(database)
    reminded = {mail.to[0]: mail.subject.split()[0] for mail in mailer.sent.values()}
    assert reminded == {owner.email: "2", admin.email: "1"}  # admin's and auditor's; owner's


def test_a_review_repeats_itself_until_it_is_stopped(database, tenant):
    review_id = make_review(database, tenant, [tenant["owner"]], every_months=3, due_in=timedelta(days=10))
    clock.shift(timedelta(days=95))
    work(database)
    with database.unit(tenant.id) as uow:
        starting.again(uow, {"review_id": str(review_id)})  # delivered once more
    with database.unit(tenant.id, read_only=True) as uow:
        first, second = uow.session.scalars(select(AccessReview).order_by(AccessReview.id)).all()
    assert (first.state, first.next_at) == (State.FINISHED, None)
    assert (second.state, second.days, second.started_by) == (State.OPEN, 10, None)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        ending.stop_repeating(uow, second.id)
        ending.call_off(uow, second.id)
    clock.shift(timedelta(days=95))
    work(database)
    assert review_row(database, tenant, second.id).state == State.CALLED_OFF
    assert outcome(database, tenant, second.id, tenant["builder"]) == (None, None)
    with pytest.raises(Conflict), database.unit(tenant.id, tenant["admin"].actor) as uow:
        ending.call_off(uow, second.id)


def test_who_gave_the_seat_is_asked_first_and_groups_and_scopes_are_kept(database, tenant):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        seat, _user = members.add(uow, email="new@example.com", name="Nora New", role=Role.APPROVER)
        key, seat_key = _user.id, seat.id
    make_group(database, tenant, "Leads", [tenant["builder"]])
    review_id = make_review(database, tenant, group="leads", inviters=True, scope=Scope.APPROVERS)
    with database.unit(tenant.id, read_only=True) as uow:
        asked = {item.user_id: item.reviewers for item in rows.items(uow, review_id)}
        line = next(one for one in listing.lines(uow, rows.items(uow, review_id)) if one.item.seat_id == seat_key)
    assert asked == {
        key: [str(tenant["admin"].user_id)],
        tenant["approver"].user_id: [str(tenant["builder"].user_id)],
    }
    assert line.invited_by == tenant["admin"].name


def test_a_plan_that_cannot_be_is_refused_with_its_field(database, tenant):
    builder, other = tenant["builder"], make_tenant(database, "Other Store")
    refused = [
        ({"name": " "}, "name"),
        ({"due_in": timedelta(minutes=1)}, "due_at"),
        ({"due_in": timedelta(days=400)}, "due_at"),
        ({"every_months": 25}, "every_months"),
        ({"every_months": 1, "due_in": timedelta(days=60)}, "every_months"),
        ({"reviewers": []}, "reviewers.people"),
        ({"reviewers": [other["owner"]]}, "reviewers.people"),
        ({"reviewers": [tenant["auditor"]]}, "reviewers.people"),
        ({"group": "Nobody"}, "reviewers.group"),
        ({"seats": {builder.seat_id: builder.user_id}}, f"reviewers.seats.{builder.seat_id}"),
    ]
    for changed, field in refused:
        given = {"reviewers": [builder]} | changed
        with pytest.raises(InvalidInput) as told:
            make_review(database, tenant, **given)
        assert told.value.problems[0].path == field
    assert events(database, tenant, "access_review.started") == 0


def test_another_workspace_sees_none_of_it(database, tenant):
    review_id = make_review(database, tenant, [tenant["owner"]])
    other = make_tenant(database, "Other Store")
    give_seat(database, other.id, tenant["owner"], Role.OWNER)
    with database.unit(other.id, tenant["owner"].actor) as uow:
        assert listing.recent(uow) == []
        assert listing.asked_of(uow, tenant["owner"].user_id) == []
        with pytest.raises(StudioError):
            rows.locked(uow, review_id)


def test_facts_are_of_what_people_did(database, tenant):
    approver, builder = tenant["approver"], tenant["builder"]
    request_id = make_request(database, tenant, [approver, builder])
    make_request(database, tenant, [builder])
    decide(database, tenant, approver, request_id)
    review_id = make_review(database, tenant, [tenant["owner"]])
    with database.unit(tenant.id, read_only=True) as uow:
        found = {one.item.user_id: one.facts for one in listing.lines(uow, rows.items(uow, review_id))}
        decided = uow.session.scalars(select(Assignment.closed_at).where(Assignment.user_id == approver.user_id)).one()
    assert (found[approver.user_id].last_decision, found[approver.user_id].open_approvals) == (decided, 0)
    assert (found[builder.user_id].last_decision, found[builder.user_id].open_approvals) == (None, 1)
    assert found[approver.user_id].last_sign_in is None


def test_mails_that_became_untrue_are_not_sent(database, tenant, mailer):
    review_id = make_review(database, tenant, [tenant["owner"]])
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        ending.call_off(uow, review_id)
    work(database)
    assert [mail.key for mail in mailer.sent.values() if mail.key.startswith(trail.MAIL)] == []
