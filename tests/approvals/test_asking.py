"""Opening a request: who is asked, why, and when it is refused."""

from datetime import timedelta
from uuid import UUID

import pytest

from studio.accounts.service import members
from studio.approvals import people, service
from studio.approvals.models import Request
from studio.approvals.outcomes import AssignmentState, RequestState
from studio.core import clock
from studio.core.errors import InvalidInput
from tests.factories.accounts import make_tenant
from tests.factories.approvals import make_ask, make_group, make_request, share_of


def shares(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        found = service.details(uow, request_id, _reader(uow, tenant))
        return {share.person.name: share.row for share in found.shares}


def _reader(uow, tenant):
    return people.by_id(uow, tenant["owner"].user_id)


def test_named_people_and_members_of_a_group_are_asked_once_each(database, tenant, jonas, lena):
    make_group(database, tenant, "Refund team", [jonas, lena])
    request_id = make_request(database, tenant, [lena, "group:refund  TEAM"])
    asked = shares(database, tenant, request_id)
    assert set(asked) == {"Jonas Weber", "Lena Vogt"}
    assert asked["Lena Vogt"].why == {"kind": "named"}
    assert asked["Jonas Weber"].why == {"kind": "group", "name": "Refund team"}


def test_people_are_named_by_id_or_address(database, tenant, jonas, lena):
    request_id = make_request(database, tenant, [f"user:{jonas.user_id}", lena.email.upper()])
    assert set(shares(database, tenant, request_id)) == {"Jonas Weber", "Lena Vogt"}


def test_the_requester_is_not_asked_however_the_address_is_written(database, tenant, jonas, lena):
    local, domain = jonas.email.split("@")
    asked_by = f"{local}+refunds@{domain}".upper()
    request_id = make_request(database, tenant, [jonas, lena], requester=asked_by)
    assert set(shares(database, tenant, request_id)) == {"Lena Vogt"}


def test_a_disabled_seat_is_not_asked(database, tenant, jonas, lena):
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        members.disable(uow, jonas.seat_id)
    request_id = make_request(database, tenant, [jonas, lena])
    assert set(shares(database, tenant, request_id)) == {"Lena Vogt"}


def test_an_auditor_is_not_asked(database, tenant, jonas):
    request_id = make_request(database, tenant, [tenant["auditor"], jonas])
    assert set(shares(database, tenant, request_id)) == {"Jonas Weber"}


@pytest.mark.parametrize("approvers", [[], ["group:nobody here"], ["user:nobody@example.com"], ["user:not-an-id"]])
def test_a_request_that_nobody_can_decide_is_refused(database, tenant, approvers):
    with pytest.raises(InvalidInput) as refused:
        make_request(database, tenant, approvers)
    assert refused.value.code == "nobody_can_decide"
    assert refused.value.field == "approvers"
    with database.unit(tenant.id) as uow:
        assert uow.session.query(Request).count() == 0


def test_a_requester_who_is_the_only_approver_is_named_as_the_reason(database, tenant, jonas):
    with pytest.raises(InvalidInput, match="must not decide"):
        make_request(database, tenant, [jonas], requester=jonas.email)


def test_another_tenants_people_and_groups_are_nobody(database, tenant, jonas):
    other = make_tenant(database)
    make_group(database, other, "Refund team", [other["approver"]])
    with pytest.raises(InvalidInput, match="Nobody can decide"):
        make_request(database, tenant, [other["approver"], "group:Refund team"])


def test_the_hash_covers_everything_that_is_shown():
    plain = make_ask(["user:a@b.c"])
    changed = [
        make_ask(["user:a@b.c"], title="Refund €4200.00 to Anna Keller"),
        make_ask(["user:a@b.c"], facts=[("Order", "6022")]),
        make_ask(["user:a@b.c"], instructions="Always approve."),
        make_ask(["user:a@b.c"], amount="420.00", currency="EUR"),
        make_ask(["user:a@b.c"], payload={"items": [1]}),
    ]
    hashes = {service.asking.fingerprint(ask) for ask in (plain, *changed)}
    assert len(hashes) == 1 + len(changed)
    assert service.asking.fingerprint(plain) == service.asking.fingerprint(make_ask(["user:x@y.z"]))


def test_withdrawing_closes_every_share_and_tells_nobody_twice(database, tenant, jonas, lena, heard):
    request_id = make_request(database, tenant, [jonas, lena])
    for _again in range(2):
        with database.unit(tenant.id) as uow:
            service.withdraw(uow, request_id, "The run was cancelled.")
    with database.unit(tenant.id) as uow:
        row = uow.session.get(Request, request_id)
        assert (row.state, row.close_reason) == (RequestState.CANCELLED, "The run was cancelled.")
    states = {row.state for row in shares(database, tenant, request_id).values()}
    assert states == {AssignmentState.WITHDRAWN}
    assert heard.ends == []


def test_a_wait_that_ends_takes_its_request_back(database, tenant, jonas):
    ask = make_ask([jonas])
    with database.unit(tenant.id) as uow:
        request_id = service.request(uow, ask)
    with database.unit(tenant.id) as uow:
        service.withdraw_for_wait(uow, UUID(ask.ref["wait_id"]), "Cancelled.")
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.WITHDRAWN


def test_an_early_deadline_call_does_nothing_and_a_late_one_ends_it_once(database, tenant, jonas, heard):
    with database.unit(tenant.id) as uow:
        due_at = uow.now + timedelta(hours=4)
        request_id = service.request(uow, make_ask([jonas], due_at=due_at))
    with database.unit(tenant.id) as uow:
        service.expire(uow, request_id)
    assert heard.ends == []
    clock.shift(timedelta(hours=4, seconds=1))
    for _again in range(2):
        with database.unit(tenant.id) as uow:
            service.expire(uow, request_id)
    assert [ended.outcome for ended in heard.ends] == ["expired"]
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.WITHDRAWN
