"""Telling people: a mail each, once, when it suits them; nobody is asked anything."""

from datetime import timedelta
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from studio.accounts.models import Seat, User
from studio.approvals.models import Request
from studio.approvals.nodes.notify import ApprovalNotify
from studio.approvals.port import ApprovalsPort
from studio.contract.node import Context, RunInfo
from studio.contract.results import Done, Fail
from studio.core import clock
from studio.core.ids import new_id
from tests.factories.approvals import make_group

RUN = new_id()


def tell(shop, key="key-1", **changed):
    """One step, in its own transaction."""
    config = {"people": ["group:Refund team"], "subject": "Refund is\n on its way", "text": "Line one\n\nLine <two>"}
    with shop.database.unit(shop.tenant.id) as uow:
        run = RunInfo(RUN, shop.tenant.id, new_id(), new_id(), "live", "order 6021", uow.now, "High-value refunds")
        ctx = Context(
            run=run, node="tell", node_name="Tell", path="", attempt=1, now=uow.now, scope=None,
            ports=Mock(approvals=ApprovalsPort()), tx=uow, effect_key=key,
        )  # fmt: skip
        return ApprovalNotify().start(ctx, ApprovalNotify.Config.model_validate(config | changed))


@pytest.fixture
def team(shop):
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas, shop.lena])


def mails(shop):
    shop.run_jobs()
    return sorted(mail.to[0] for mail in shop.mailer.sent.values())


def test_everybody_behind_the_names_gets_one_mail_whatever_is_repeated(shop, team):
    both = ["group:Refund team", f"user:{shop.jonas.email}"]
    done = tell(shop, people=both)
    assert isinstance(done, Done)
    assert done.output == {"told": ["Jonas Weber", "Lena Vogt"], "subject": "Refund is on its way"}
    assert mails(shop) == sorted([shop.jonas.email, shop.lena.email])
    tell(shop, people=both)
    assert len(mails(shop)) == 2, "the step came again under its key"
    mail = shop.mail_to(shop.jonas)
    assert mail.subject == "Refund is on its way"
    for line in ("High-value refunds lets you know:", "Line one", "Line <two>"):
        assert line in mail.text
    tell(shop, key="key-2", people=both)
    assert len(mails(shop)) == 4
    with shop.database.unit(shop.tenant.id) as uow:
        assert uow.session.query(Request).count() == 0


@pytest.mark.parametrize("choice", ["quiet", "digest"])
def test_it_waits_for_when_it_suits_them(shop, team, choice):
    wall = clock.local_now().astimezone(ZoneInfo("Europe/Berlin"))
    around = [(wall + timedelta(hours=hours)).time().replace(second=0, microsecond=0) for hours in (-2, 3)]
    wanted = {"quiet_from": around[0], "quiet_until": around[1]} if choice == "quiet" else {"digest_at": around[1]}
    with shop.database.unit(shop.tenant.id) as uow:
        uow.session.execute(update(User).where(User.id == shop.jonas.user_id).values(**wanted))
    tell(shop)
    assert mails(shop) == [shop.lena.email]
    clock.shift(timedelta(hours=3, minutes=1))
    assert mails(shop) == sorted([shop.jonas.email, shop.lena.email])


def test_a_seat_that_went_before_it_left_gets_none(shop, team):
    tell(shop)
    with shop.database.unit(shop.tenant.id, shop.tenant["admin"].actor) as uow:
        uow.session.execute(update(Seat).where(Seat.user_id == shop.jonas.user_id).values(disabled_at=uow.now))
    assert mails(shop) == [shop.lena.email]


@pytest.mark.parametrize("people", [["group:nobody"], ["user:nobody@example.com"], ["schedule:none"]], ids=str)
def test_where_nobody_is_behind_the_names_the_step_fails_at_its_field(shop, people):
    failed = tell(shop, people=people)
    assert isinstance(failed, Fail)
    assert (failed.code, failed.field) == ("nobody_to_tell", "people")
    assert mails(shop) == []
