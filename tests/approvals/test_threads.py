"""Threads that have to be resolved first: what they hold up, who resolves them, what they never stop."""

import pytest

from studio.approvals import service
from studio.approvals.outcomes import Channel, Outcome
from studio.approvals.service import bulk, threading
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from tests.approvals.test_races import at_once
from tests.factories.accounts import make_tenant
from tests.factories.approvals import decide, make_request, shown


def open_by(database, tenant, person, request_id, text="Which parcel?"):
    with database.unit(tenant.id, person.actor) as uow:
        return threading.open_thread(uow, request_id, text).id


def resolve(database, tenant, person, request_id, thread_id, **more):
    with database.unit(tenant.id, person.actor) as uow:
        threading.resolve(uow, request_id, thread_id, **more)


def test_nobody_approves_while_a_thread_is_open(database, tenant, jonas, lena, heard):
    request_id = make_request(database, tenant, [jonas, lena], threads_first=True)
    thread_id = open_by(database, tenant, lena, request_id)
    seen = shown(database, tenant, request_id)
    for channel in (Channel.PAGE, Channel.MAIL_LINK):
        with pytest.raises(Conflict, match="Lena Vogt") as caught:
            decide(database, tenant, jonas, request_id, channel=channel)
        assert caught.value.code == "threads_open"
    with database.unit(tenant.id, jonas.actor) as uow:
        [result] = bulk.decide(uow, [bulk.Pick(request_id, seen)], Outcome.APPROVED)
        assert (result.fate, result.code) == (bulk.Fate.REFUSED, "threads_open")
    resolve(database, tenant, jonas, request_id, thread_id)
    resolve(database, tenant, lena, request_id, thread_id, resolved=False)
    with pytest.raises(Conflict):
        decide(database, tenant, jonas, request_id)
    resolve(database, tenant, tenant["admin"], request_id, thread_id)
    decide(database, tenant, jonas, request_id)
    assert [one.outcome for one in heard.ends] == ["approved"]


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.CHANGES_REQUESTED])
def test_a_no_is_said_all_the_same(database, tenant, jonas, heard, outcome):
    request_id = make_request(database, tenant, [jonas], threads_first=True)
    open_by(database, tenant, jonas, request_id)
    decide(database, tenant, jonas, request_id, outcome)
    assert [one.outcome for one in heard.ends] == [outcome]


def test_without_the_option_a_thread_holds_nothing_up(database, tenant, jonas, heard):
    request_id = make_request(database, tenant, [jonas])
    open_by(database, tenant, jonas, request_id)
    decide(database, tenant, jonas, request_id)
    assert len(heard.ends) == 1


def test_whoever_asked_resolves_only_threads_of_their_own(database, tenant, jonas, lena):
    request_id = make_request(database, tenant, [jonas], requester=tenant["admin"].email, threads_first=True)
    theirs = open_by(database, tenant, jonas, request_id)
    own = open_by(database, tenant, tenant["admin"], request_id)
    with pytest.raises(Forbidden) as caught:
        resolve(database, tenant, tenant["admin"], request_id, theirs)
    assert caught.value.code == "not_yours"
    resolve(database, tenant, tenant["admin"], request_id, own)
    with pytest.raises(Forbidden):
        resolve(database, tenant, tenant["auditor"], request_id, theirs)
    with pytest.raises(NotFound):
        open_by(database, tenant, lena, request_id)


def test_what_makes_no_sense_writes_nothing(database, tenant, jonas):
    request_id = make_request(database, tenant, [jonas], threads_first=True)
    other = make_request(database, tenant, [jonas])
    foreign = open_by(database, tenant, jonas, other)
    with pytest.raises(InvalidInput):
        open_by(database, tenant, jonas, request_id, " ")
    with pytest.raises(NotFound):
        resolve(database, tenant, jonas, request_id, foreign)
    with pytest.raises(NotFound):
        open_by(database, make_tenant(database, "Other"), jonas, request_id)
    decide(database, tenant, jonas, request_id)
    with pytest.raises(Conflict) as caught:
        open_by(database, tenant, jonas, request_id)
    assert caught.value.code == "closed"


def test_a_thread_and_a_yes_at_once(database, tenant, jonas, lena, heard):
    """One is first: the yes, and then there is no thread; or the thread, and then there is no yes."""
    request_id = make_request(database, tenant, [jonas, lena], threads_first=True)
    seen = shown(database, tenant, request_id)
    answers = at_once(
        lambda: open_by(database, tenant, lena, request_id),
        lambda: decide(database, tenant, jonas, request_id, shown=seen),
    )
    [refused] = [one for one in answers if isinstance(one, Conflict)]
    with database.unit(tenant.id, jonas.actor) as uow:
        found = service.details(uow, request_id)
    assert len(found.threads) + len(heard.ends) == 1
    assert refused.code == ("closed" if heard.ends else "threads_open")
