"""Two at once: one winner, one end, and the loser is told who was faster."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.approvals import service
from studio.approvals.models import Assignment, Decision, Link, Request, Vote
from studio.approvals.outcomes import CodeVerdict, Outcome
from studio.approvals.service import groups, links
from studio.approvals.wordings import Edits
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import clock
from studio.core.errors import StudioError
from tests.factories.accounts import make_person
from tests.factories.approvals import make_group, make_request, share_of, shown

ROUNDS = 6


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Run all from one starting line; an error counts as an answer."""
    line = Barrier(len(actions))

    def run(action):
        line.wait()
        try:
            return action()
        except StudioError as error:
            return error

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.fixture
def race(database, tenant, jonas, lena, heard):
    def decide(person, request_id, outcome, seen):
        with database.unit(tenant.id, person.actor) as uow:
            return service.decide(uow, request_id, outcome, shown=seen, reason="Because")

    return decide


def ends(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        count = select(func.count()).select_from(Decision).where(Decision.request_id == request_id)
        live = select(func.count()).select_from(Assignment).where(
            Assignment.request_id == request_id, Assignment.closed_at.is_(None)
        )  # fmt: skip
        return uow.session.scalar(count), uow.session.scalar(live)


@pytest.mark.parametrize(
    ("first", "second"),
    [(Outcome.APPROVED, Outcome.APPROVED), (Outcome.APPROVED, Outcome.DECLINED)],
    ids=["approve twice", "approve and decline"],
)
def test_two_approvers_at_once(database, tenant, jonas, lena, heard, race, first, second):
    for number in range(1, ROUNDS + 1):
        request_id = make_request(database, tenant, [jonas, lena])
        seen = shown(database, tenant, request_id)
        answers = at_once(
            lambda r=request_id, s=seen: race(jonas, r, first, s),
            lambda r=request_id, s=seen: race(lena, r, second, s),
        )
        refused = [a for a in answers if isinstance(a, StudioError)]
        won = [a for a in answers if isinstance(a, Vote)]
        assert (len(won), len(refused)) == (1, 1)
        assert refused[0].code == "already_decided"
        assert {jonas.user_id: jonas.name, lena.user_id: lena.name}[won[0].user_id] in refused[0].message
        assert ends(database, tenant, request_id) == (1, 0)
        assert len(heard.ends) == number


def test_one_person_clicking_twice_at_once(database, tenant, jonas, heard, race):
    for number in range(1, ROUNDS + 1):
        request_id = make_request(database, tenant, [jonas])
        seen = shown(database, tenant, request_id)
        click = lambda r=request_id, s=seen: race(jonas, r, Outcome.APPROVED, s)  # noqa: E731
        answers = at_once(click, click)
        assert {answer.id for answer in answers} == {answers[0].id}
        assert len(heard.ends) == number


def test_approve_against_the_deadline(database, tenant, jonas, heard, race):
    for number in range(1, ROUNDS + 1):
        with database.unit(tenant.id) as uow:
            due_at = uow.now + timedelta(milliseconds=400)
        request_id = make_request(database, tenant, [jonas], due_at=due_at)
        seen = shown(database, tenant, request_id)

        def deadline(moment=due_at, request=request_id):
            while clock.local_now() < moment:
                pass
            with database.unit(tenant.id) as uow:
                service.expire(uow, request)

        def approve(moment=due_at, request=request_id, hash_=seen):
            while clock.local_now() < moment - timedelta(milliseconds=2):
                pass
            return race(jonas, request, Outcome.APPROVED, hash_)

        answers = at_once(deadline, approve)
        with database.unit(tenant.id) as uow:
            service.expire(uow, request_id)
        assert ends(database, tenant, request_id) == (1, 0)
        assert len(heard.ends) == number
        if isinstance(answers[1], Vote):
            assert heard.ends[-1].outcome == "approved"
        else:
            assert heard.ends[-1].outcome == "expired"


def test_approve_against_withdrawal(database, tenant, jonas, heard, race):
    for _round in range(ROUNDS):
        before = len(heard.ends)
        request_id = make_request(database, tenant, [jonas])
        seen = shown(database, tenant, request_id)

        def withdraw(request=request_id):
            with database.unit(tenant.id) as uow:
                service.withdraw(uow, request, "The run was cancelled.")

        answers = at_once(withdraw, lambda r=request_id, s=seen: race(jonas, r, Outcome.APPROVED, s))
        decided = isinstance(answers[1], Vote)
        with database.unit(tenant.id) as uow:
            state = uow.session.get(Request, request_id).state
        assert state == ("approved" if decided else "cancelled")
        assert len(heard.ends) - before == int(decided)


def test_approve_against_reassignment(database, tenant, jonas, lena, heard, race):
    for _round in range(ROUNDS):
        request_id = make_request(database, tenant, [jonas])
        seen = shown(database, tenant, request_id)
        share = share_of(database, tenant, request_id, jonas)

        def hand_on(share_id=share.id):
            with database.unit(tenant.id, jonas.actor) as uow:
                return service.reassign(uow, share_id, lena.user_id)

        answers = at_once(hand_on, lambda r=request_id, s=seen: race(jonas, r, Outcome.APPROVED, s))
        refused = [answer for answer in answers if isinstance(answer, StudioError)]
        assert [error.code for error in refused] in (["reassigned"], ["closed"])


def test_approve_against_a_new_version(database, tenant, jonas, lena, heard, race):
    """Either the decision fell on what was read, or the new version stands and nothing was decided."""
    for _round in range(ROUNDS):
        before = len(heard.ends)
        part = ApprovalPart([f"user:{jonas.email}"])
        rule = ApprovalRule([ApprovalStage([part])], changes="wait")
        request_id = make_request(database, tenant, [], rule=rule, requester=lena.email)
        seen = shown(database, tenant, request_id)

        def revise(request=request_id, hash_=seen):
            with database.unit(tenant.id, lena.actor) as uow:
                return service.revise(uow, request, Edits(title="Refund €400.00"), shown=hash_)

        answers = at_once(revise, lambda r=request_id, s=seen: race(jonas, r, Outcome.APPROVED, s))
        refused = [answer.code for answer in answers if isinstance(answer, StudioError)]
        with database.unit(tenant.id) as uow:
            row = uow.session.get(Request, request_id)
        assert (row.state, row.revision, refused) in (
            ("approved", 1, ["already_decided"]),
            ("pending", 2, ["content_changed"]),
        )
        assert len(heard.ends) - before == int(row.state == "approved")


def test_approve_against_asking_for_changes(database, tenant, jonas, lena, heard, race):
    for _round in range(ROUNDS):
        before = len(heard.ends)
        part = ApprovalPart([f"user:{jonas.email}", f"user:{lena.email}"])
        request_id = make_request(database, tenant, [], rule=ApprovalRule([ApprovalStage([part])], changes="wait"))
        seen = shown(database, tenant, request_id)
        answers = at_once(
            lambda r=request_id, s=seen: race(jonas, r, Outcome.CHANGES_REQUESTED, s),
            lambda r=request_id, s=seen: race(lena, r, Outcome.APPROVED, s),
        )
        [refused] = [answer.code for answer in answers if isinstance(answer, StudioError)]
        with database.unit(tenant.id) as uow:
            row = uow.session.get(Request, request_id)
        assert (row.state, refused) in (("approved", "already_decided"), ("changes_requested", "changes_requested"))
        assert len(heard.ends) - before == int(row.state == "approved")


def test_approve_against_a_seat_that_is_taken_away(database, tenant, jonas, lena, heard, race):
    request_id = make_request(database, tenant, [jonas, lena])
    seen = shown(database, tenant, request_id)

    def disable():
        with database.unit(tenant.id, tenant["owner"].actor) as uow:
            members.disable(uow, jonas.seat_id)

    answers = at_once(disable, lambda: race(jonas, request_id, Outcome.APPROVED, seen))
    assert len(heard.ends) == int(isinstance(answers[1], Vote))
    with pytest.raises(StudioError):
        race(jonas, request_id, Outcome.DECLINED, seen)


def test_guesses_at_the_same_moment_are_counted_one_by_one(database, tenant, jonas):
    request_id = make_request(database, tenant, [jonas])
    share = share_of(database, tenant, request_id, jonas)
    with database.unit(tenant.id) as uow:
        request = uow.session.get(Request, request_id)
        token = links.mint(uow, uow.session.get(Assignment, share.id), request)
    with database.unit(tenant.id) as uow:
        right = links.new_code(uow, links.find(uow, token), "browser")
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"

    def guess():
        with database.unit(tenant.id) as uow:
            return links.try_code(uow, links.find(uow, token), "browser", wrong)

    answers = at_once(*[guess] * 8)
    assert answers.count(CodeVerdict.WRONG) == links.WRONG_CODES - 1
    with database.unit(tenant.id) as uow:
        assert uow.session.scalar(select(Link.wrong_codes)) == links.WRONG_CODES
        assert links.try_code(uow, links.find(uow, token), "browser", right) is CodeVerdict.LOCKED


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_decision_runs_as_studio_app_under_row_security(database, tenant, jonas, race):
    request_id = make_request(database, tenant, [jonas])
    seen = shown(database, tenant, request_id)
    with database.unit(tenant.id, jonas.actor) as uow:
        assert uow.session.scalar(text("select current_user")) == "studio_app"
    race(jonas, request_id, Outcome.APPROVED, seen)
    with database.unit() as uow:
        for table in ("approval_request", "approval_decision", "approval_link"):
            assert uow.session.scalar(text(f"select count(*) from {table}")) == 0


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", ["approval_decision", "approval_comment", "approval_revision"])
@pytest.mark.parametrize("verb", ["update {} set workspace_id = workspace_id", "delete from {}"])
def test_what_was_said_cannot_be_changed_by_the_app(database, tenant, table, verb):
    with pytest.raises(ProgrammingError, match="permission denied"), database.unit(tenant.id) as uow:
        uow.session.execute(text(verb.format(table)))


def test_a_second_decision_is_refused_by_the_database_itself(database, tenant, jonas):
    """The lock makes it unreachable; the constraint is what makes it certain."""
    request_id = make_request(database, tenant, [jonas])

    def write():
        with database.unit(tenant.id) as uow:
            uow.session.add(
                Decision(
                    request_id=request_id,
                    outcome="approved",
                    by_name="x",
                    at=uow.now,
                    reason="",
                    channel="page",
                    payload_hash="",
                )
            )

    write()
    with pytest.raises(IntegrityError):
        write()


def of_three(database, tenant, *people):
    """Two of three have to agree."""
    part = ApprovalPart([f"user:{one.email}" for one in people], "count", 2)
    return make_request(database, tenant, [], rule=ApprovalRule([ApprovalStage([part])]))


@pytest.fixture
def mara(tenant, database):
    return make_person(database, tenant.id, Role.APPROVER, "Mara Lind")


@pytest.mark.parametrize("second", [Outcome.APPROVED, Outcome.DECLINED])
def test_two_at_once_where_one_more_is_needed(database, tenant, jonas, lena, mara, heard, race, second):
    for number in range(1, ROUNDS + 1):
        request_id = of_three(database, tenant, jonas, lena, mara)
        seen = shown(database, tenant, request_id)
        race(jonas, request_id, Outcome.APPROVED, seen)
        answers = at_once(
            lambda r=request_id, s=seen: race(lena, r, Outcome.APPROVED, s),
            lambda r=request_id, s=seen: race(mara, r, second, s),
        )
        [refused] = [a for a in answers if isinstance(a, StudioError)]
        [won] = [a for a in answers if isinstance(a, Vote)]
        assert (refused.status, refused.code) == (409, "already_decided")
        assert ends(database, tenant, request_id) == (1, 0)
        assert len(heard.ends) == number
        assert heard.ends[-1].outcome == won.outcome


def test_the_first_two_of_two_at_once_both_count_and_end_it_once(database, tenant, jonas, lena, mara, heard, race):
    for number in range(1, ROUNDS + 1):
        request_id = of_three(database, tenant, jonas, lena, mara)
        seen = shown(database, tenant, request_id)
        answers = at_once(
            lambda r=request_id, s=seen: race(jonas, r, Outcome.APPROVED, s),
            lambda r=request_id, s=seen: race(lena, r, Outcome.APPROVED, s),
        )
        assert {vote.user_id for vote in answers} == {jonas.user_id, lena.user_id}
        assert ends(database, tenant, request_id) == (1, 0)
        assert len(heard.ends) == number


def test_a_vote_against_a_group_that_is_edited_keeps_the_rule_that_was_asked(database, tenant, jonas, lena, mara, race):
    group_id = make_group(database, tenant, "Finance", [jonas, lena, mara])
    part = ApprovalPart(["group:Finance"], "all")
    request_id = make_request(database, tenant, [], rule=ApprovalRule([ApprovalStage([part])]))
    seen = shown(database, tenant, request_id)

    def shrink():
        with database.unit(tenant.id, tenant["admin"].actor) as uow:
            groups.set_members(uow, group_id, [jonas.user_id])

    answers = at_once(shrink, lambda: race(jonas, request_id, Outcome.APPROVED, seen))
    assert isinstance(answers[1], Vote)
    assert ends(database, tenant, request_id) == (0, 2), "the others of that time are still asked"
    race(lena, request_id, Outcome.APPROVED, seen)
    race(mara, request_id, Outcome.APPROVED, seen)
    assert ends(database, tenant, request_id) == (1, 0)


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
@pytest.mark.parametrize("verb", ["update approval_vote set outcome = 'declined'", "delete from approval_vote"])
def test_a_vote_cannot_be_changed_by_the_app_only_voided(database, tenant, jonas, lena, mara, race, verb):
    request_id = of_three(database, tenant, jonas, lena, mara)
    race(jonas, request_id, Outcome.APPROVED, shown(database, tenant, request_id))
    with pytest.raises(ProgrammingError, match="permission denied"), database.unit(tenant.id) as uow:
        uow.session.execute(text(verb))
    with database.unit(tenant.id) as uow:
        uow.session.execute(text("update approval_vote set voided_at = now(), void_reason = 'stale'"))
