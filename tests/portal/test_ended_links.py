"""A link that opens nothing any more says why; who did what is for its known reader alone."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from studio.accounts.service import members
from studio.approvals import service
from studio.approvals.models import Link
from studio.core import clock
from tests.factories.approvals import share_of, shown
from tests.portal.test_links import shows_nothing


def decided(shop, request_id):
    seen = shown(shop.database, shop.tenant, request_id)
    with shop.database.unit(shop.tenant.id, shop.lena.actor) as uow:
        service.decline(uow, request_id, shown=seen, reason="Period is over")


def handed_on(shop, request_id):
    share = share_of(shop.database, shop.tenant, request_id, shop.jonas)
    with shop.database.unit(shop.tenant.id, shop.jonas.actor) as uow:
        service.reassign(uow, share.id, shop.tenant["approver"].user_id, "You know her better")


def taken_back(shop, request_id):
    with shop.database.unit(shop.tenant.id) as uow:
        service.withdraw(uow, request_id, "The run was cancelled.")


def overdue(shop, _request_id):
    clock.shift(timedelta(minutes=31))


def expired(shop, request_id):
    overdue(shop, request_id)
    with shop.database.unit(shop.tenant.id) as uow:
        service.expire(uow, request_id)


def seat_gone(shop, _request_id):
    with shop.database.unit(shop.tenant.id, shop.tenant["owner"].actor) as uow:
        members.disable(uow, shop.jonas.seat_id)


def replaced(shop, _request_id):
    with shop.database.unit(shop.tenant.id) as uow:
        uow.session.execute(update(Link).values(dead_at=uow.now))


CASES = {
    decided: ("It was decided meanwhile.", "Lena Vogt declined this on"),
    handed_on: ("It was handed to somebody else", "Jonas Weber handed this to {approver} on"),
    taken_back: ("It was taken back", "The run was cancelled."),
    overdue: ("The time to decide has run out.", "The time to decide has run out."),
    expired: ("The time to decide has run out.", "The time to decide ran out on"),
    seat_gone: ("The seat that it was sent to no longer works.", None),
    replaced: ("It is too old.", "Approve"),
}


@pytest.mark.parametrize("happens", CASES, ids=lambda case: case.__name__)
def test_what_an_ended_link_says(shop, happens):
    request_id = shop.ask(due_at=clock.local_now() + timedelta(minutes=30))
    link = shop.link_of(shop.jonas)
    jonas = shop.browser(shop.jonas)
    happens(shop, request_id)
    to_all, to_jonas = CASES[happens]
    stranger = shop.browser().get(link)
    assert to_all in stranger.text
    assert shows_nothing(stranger)
    assert "Period is over" not in stranger.text
    if to_jonas is not None:
        page = jonas.get(jonas.get(link).location or f"/approvals/{request_id}").text
        assert to_jonas.format(approver=shop.tenant["approver"].name) in page
