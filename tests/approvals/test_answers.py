"""Deciding with a request's own answers: what they end, what is refused, what whoever asked hears."""

import pytest

from studio.accounts.outcomes import Role
from studio.approvals import service
from studio.approvals.models import Decision, Request, Vote
from studio.approvals.outcomes import Outcome, RequestState
from studio.approvals.service.asking import fingerprint
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core.errors import Conflict, InvalidInput
from tests.factories.accounts import make_person
from tests.factories.approvals import decide, make_ask, make_request, shown

OPTIONS = [
    {"label": "Offer 10 % as a voucher", "key": "voucher", "fields": [{"name": "value", "type": "money"}]},
    {"label": "Ask the carrier", "key": "carrier"},
    {"label": "Approve in part", "key": "part", "counts": "as_approving"},
    {"label": "Never", "key": "never", "counts": "as_declining"},
]


@pytest.fixture
def mara(tenant, database):
    return make_person(database, tenant.id, Role.APPROVER, "Mara Lind")


def ask(database, tenant, people, need="any", n=None, **more):
    parts = [ApprovalPart([f"user:{one.email}" for one in people], need, n)]
    rule = ApprovalRule([ApprovalStage(parts)])
    return make_request(database, tenant, [], rule=rule, options=OPTIONS, **more)


def say(database, tenant, person, request_id, option, **answer):
    return decide(database, tenant, person, request_id, Outcome.RESPONDED, option=option, answer=answer)


def ends(heard):
    return [(str(end.outcome), end.answered.option, end.answered.answer) for end in heard.ends]


def written(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        votes = uow.session.query(Vote).filter_by(request_id=request_id).count()
        return votes, uow.session.query(Decision).filter_by(request_id=request_id).count()


@pytest.mark.parametrize(
    ("option", "answer", "outcome"),
    [
        ("voucher", {"value": "25"}, "responded"),
        ("carrier", {}, "responded"),
        ("part", {}, "approved"),
        ("never", {}, "declined"),
    ],
)
def test_the_first_answer_of_any_one_ends_it(database, tenant, jonas, lena, heard, option, answer, outcome):
    request_id = ask(database, tenant, [jonas, lena])
    vote = say(database, tenant, jonas, request_id, option, **answer)
    assert ends(heard) == [(outcome, option, answer)]
    assert heard.ends[0].payload()["option"] == option
    with database.unit(tenant.id) as uow:
        row = uow.session.get(Request, request_id)
        assert row.state == RequestState(outcome)
        decision = uow.session.query(Decision).filter_by(request_id=request_id).one()
        assert (decision.option, decision.answer) == (option, answer)
    assert say(database, tenant, jonas, request_id, option, **answer).id == vote.id, "the same again is the same"
    with pytest.raises(Conflict, match="Jonas Weber answered"):
        say(database, tenant, lena, request_id, option, **answer)


def test_the_same_answer_filled_in_otherwise_is_another_one(database, tenant, jonas, lena):
    request_id = ask(database, tenant, [jonas, lena], "all")
    say(database, tenant, jonas, request_id, "voucher", value="25")
    for other in ({"option": "voucher", "value": "30"}, {"option": "carrier"}):
        with pytest.raises(Conflict, match="You answered “Offer 10 % as a voucher”") as refused:
            say(database, tenant, jonas, request_id, **other)
        assert refused.value.code == "already_decided"
    assert written(database, tenant, request_id) == (1, 0)


@pytest.mark.parametrize(
    ("option", "answer", "path", "code"),
    [
        ("voucher", {}, "answer.value", "form.invalid"),
        ("voucher", {"value": "many"}, "answer.value", "form.invalid"),
        ("voucher", {"value": "1", "more": "x"}, "answer.more", "form.invalid"),
        ("carrier", {"value": "1"}, "answer", "form.unknown"),
        ("refund", {}, "option", "unknown_outcome"),
        ("approved", {}, "option", "unknown_outcome"),
    ],
)
def test_what_does_not_fit_writes_nothing(database, tenant, jonas, heard, option, answer, path, code):
    request_id = ask(database, tenant, [jonas])
    with pytest.raises(InvalidInput) as refused:
        say(database, tenant, jonas, request_id, option, **answer)
    assert ([one.path for one in refused.value.problems], refused.value.code) == ([path], code)
    assert written(database, tenant, request_id) == (0, 0)
    assert heard.ends == []


def test_an_answer_without_its_key_and_a_form_without_an_answer_are_refused(database, tenant, jonas):
    request_id = ask(database, tenant, [jonas])
    for outcome, more in ((Outcome.RESPONDED, {}), (Outcome.EXPIRED, {}), (Outcome.APPROVED, {"answer": {"a": 1}})):
        with pytest.raises(InvalidInput) as refused:
            decide(database, tenant, jonas, request_id, outcome, **more)
        assert refused.value.code == "unknown_outcome"
    with pytest.raises(InvalidInput):
        decide(database, tenant, jonas, request_id, Outcome.DECLINED, option="part")
    assert written(database, tenant, request_id) == (0, 0)


def test_one_that_declines_says_why(database, tenant, jonas):
    request_id = ask(database, tenant, [jonas])
    with pytest.raises(InvalidInput) as refused:
        decide(database, tenant, jonas, request_id, Outcome.DECLINED, option="never", reason=" ")
    assert refused.value.code == "reason_missing"


def test_an_answer_of_its_own_needs_as_many_as_the_rule_asks_for(database, tenant, jonas, lena, mara, heard):
    request_id = ask(database, tenant, [jonas, lena, mara], "count", 2)
    say(database, tenant, jonas, request_id, "carrier")
    decide(database, tenant, lena, request_id)
    assert heard.ends == []
    say(database, tenant, mara, request_id, "carrier")
    assert ends(heard) == [("responded", "carrier", {})]


def test_approvals_that_differ_approve_it_by_none_of_them(database, tenant, jonas, lena, heard):
    request_id = ask(database, tenant, [jonas, lena], "all")
    say(database, tenant, jonas, request_id, "part")
    decide(database, tenant, lena, request_id)
    assert ends(heard) == [("approved", None, None)]
    other = ask(database, tenant, [jonas, lena], "all")
    say(database, tenant, jonas, other, "part")
    say(database, tenant, lena, other, "part")
    assert ends(heard)[1:] == [("approved", "part", {})]


def test_answers_that_leave_none_within_reach_are_said_and_not_settled(database, tenant, jonas, lena, heard):
    request_id = ask(database, tenant, [jonas, lena], "all")
    say(database, tenant, jonas, request_id, "carrier")
    decide(database, tenant, lena, request_id)
    assert heard.ends == []
    with database.unit(tenant.id) as uow:
        row = uow.session.get(Request, request_id)
        assert row.state == RequestState.PENDING
        assert row.stuck_at is not None


def test_the_hash_binds_the_answers_and_their_forms(database, tenant, jonas):
    plain, asked = make_ask([jonas]), make_ask([jonas], options=OPTIONS)
    changed = make_ask([jonas], options=[{**OPTIONS[0], "fields": []}, *OPTIONS[1:]])
    assert len({fingerprint(one) for one in (plain, asked, changed)}) == 3
    request_id = ask(database, tenant, [jonas])
    with pytest.raises(Conflict) as refused:
        decide(database, tenant, jonas, request_id, Outcome.RESPONDED, option="carrier", shown=fingerprint(plain))
    assert refused.value.code == "content_changed"


def test_options_that_make_no_sense_ask_nobody(database, tenant, jonas):
    with pytest.raises(InvalidInput) as refused, database.unit(tenant.id) as uow:
        service.request(uow, make_ask([jonas], options=[{"label": "A", "fields": [{"name": "1"}]}]))
    assert refused.value.problems[0].path == "options.0.fields.0.name"


def test_nothing_of_it_for_whoever_asked_without_answers(database, tenant, jonas, heard):
    request_id = make_request(database, tenant, [jonas])
    decide(database, tenant, jonas, request_id, shown=shown(database, tenant, request_id))
    assert "option" not in heard.ends[0].payload()
