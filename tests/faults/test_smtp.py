"""A mail server that is away, busy, hanging or says no (row 39): what is asked is seen at once, mails come once."""

import signal
from collections import Counter
from contextlib import ExitStack
from itertools import count

import pytest
import requests
from sqlalchemy import select

from studio.core.mail import Mailer
from studio.core.models import OutboxRow
from tests.faults.approving import REQUESTER, Approving, asking
from tests.faults.drill import drill as open_drill
from tests.faults.drill import eventually
from tests.servers.http_target import http_target
from tests.servers.missing import start_or_skip

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]
LABELS = {"outbox.failed", "outbox.handed_back"}
_numbers = count(1)


@pytest.fixture(scope="module")
def _approving(_smtp_server):
    with http_target() as target, ExitStack() as opened:
        settings = {"STUDIO_SMTP_URL": _smtp_server.url}
        yield Approving(start_or_skip(open_drill("postgresql", target, asking, **settings), opened))


@pytest.fixture
def approving(_approving):
    yield _approving
    _approving.drill.end()


@pytest.fixture
def order():
    return f"m-{next(_numbers)}"


def mails(approving, order):
    """Rows of the outbox with a mail about an order."""
    with approving.database.unit(approving.workspace_id, read_only=True) as unit:
        found = unit.session.scalars(select(OutboxRow).where(OutboxRow.topic == "mail").order_by(OutboxRow.id))
        return [row for row in found if order in row.payload.get("subject", "")]


def parked(approving, order):
    approving.drill.deliver(order)
    eventually(lambda: approving.drill.run(order).state == "waiting", approving.drill.log)
    return approving.request_of(order)


def arrived(smtp, order):
    """How often each address got a mail about an order."""
    return Counter(mail["To"] for mail in smtp.messages if order in mail["Subject"])


def test_away(approving, smtp, order):
    """The worker dies of its first failure, too: the mail is left as before, under its back-off or its lease."""
    approving.drill.begin(FAULT="outbox.failed")
    smtp.stop()
    try:
        approving.drill.lay()
        request_id = parked(approving, order)
        headers = {"Authorization": f"Bearer {approving.tokens['jonas']}"}
        inbox = requests.get(f"{approving.address}/api/v1/approvals", headers=headers, timeout=20).json()["data"]
        assert [line["id"] for line in inbox if line["title"] == order] == [str(request_id)]
        approving.drill.died()
        tried = eventually(
            lambda: [row for row in mails(approving, order) if row.attempts >= 2 and row.state == "queued"],
            approving.drill.log,
        )
        assert "does not take mail" in tried[0].last_error
        assert all(row.state != "failed" for row in mails(approving, order))
    finally:
        smtp.start()
    both = {approving.people[name].email for name in ("jonas", "lena")}
    eventually(lambda: set(arrived(smtp, order)) == both, approving.drill.log)
    assert approving.decide("jonas", request_id, "approved") == [200]
    approving.drill.finished(order)
    told = {approving.people["jonas"].email: 1, approving.people["lena"].email: 2, REQUESTER: 1}
    eventually(lambda: arrived(smtp, order) == told, approving.drill.log)  # Lena hears how it ended, too
    assert approving.decisions(request_id) == ["approved"]


def test_busy_and_then_not(approving, smtp, order):
    approving.drill.begin()
    smtp.refuse("451 4.3.0 Try again later", times=2)
    parked(approving, order)
    smtp.wait_for(2)
    eventually(lambda: not mails(approving, order), approving.drill.log)  # a row that is done keeps no words
    assert set(arrived(smtp, order).values()) == {1}


def test_a_final_no_is_seen_with_its_reason(approving, smtp, order):
    approving.drill.begin()
    smtp.refuse("550 5.1.1 No such user", times=2)
    parked(approving, order)
    eventually(lambda: [row.state for row in mails(approving, order)] == ["failed"] * 2, approving.drill.log)
    for row in mails(approving, order):
        assert "550 5.1.1 No such user" in row.last_error
    assert smtp.messages == []


def test_jobs_behind_a_slow_one_are_handed_back(approving, smtp, order):
    """And the worker dies right after it: another one sends them, each once."""
    approving.drill.begin(FAULT="outbox.handed_back")
    approving.drill.lay()
    smtp.wait(6.0)
    with approving.database.unit(approving.workspace_id) as unit:  # one commit, so that one look takes both
        for number in range(2):
            Mailer().send(unit, key=f"{order}-{number}", to=[REQUESTER], subject=f"{order}-{number}", text="Slow.")
    approving.drill.died()
    smtp.wait_for(2)
    eventually(lambda: not mails(approving, order), approving.drill.log)
    assert sorted(mail["Subject"] for mail in smtp.messages) == [f"{order}-0", f"{order}-1"]


def test_the_database_goes_away_while_a_mail_is_under_way(approving, smtp, order):
    """The worker lives on and finds that nobody is at the mail any more: it does not wait out the lease of 120 s."""
    approving.drill.begin()
    smtp.wait(2.0)
    with approving.database.unit(approving.workspace_id) as unit:
        Mailer().send(unit, key=order, to=[REQUESTER], subject=order, text="Slow.")
    eventually(lambda: [row.state for row in mails(approving, order)] == ["running"], approving.drill.log)
    made = approving.drill.running
    made.postgres.stop(signal.SIGQUIT)
    try:
        smtp.wait_for(1)
        eventually(lambda: "outbox_failed" in made.logs["worker"].read_text(), approving.drill.log)
    finally:
        made.postgres.start()
    eventually(lambda: not mails(approving, order), approving.drill.log)  # a row that is done keeps no words
    assert arrived(smtp, order) == {REQUESTER: 2}  # whether the first had come nobody could write down
