"""An audit visit, and the end of a month: from what people do to files that prove it and mail that arrives."""

import os
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from studio.accounts.models import Workspace
from studio.accounts.outcomes import Role
from studio.approvals import askers
from studio.approvals import service as approvals
from studio.approvals.models import Request
from studio.approvals.outcomes import Outcome
from studio.contract.approving import ApprovalAsk
from studio.core import outbox
from studio.core.actor import Actor, ActorType
from studio.core.ids import new_id
from studio.oversight.reports import service as reports
from studio.oversight.reports.service import Sending
from studio.oversight.reports.tables import ReportSetting
from tests.e2e.keys import Keys
from tests.e2e.studio import running_studio

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]

REASON = "The photos show it"


def asked_and_decided(app, people):
    """A refund that Jonas approved; Mira and Tom get the month's report, which is due."""
    jonas, tom = (next(one for one in people if one.name.startswith(name)) for name in ("Jonas", "Tom"))
    actor = {one.name: Actor(ActorType.USER, str(one.user_id), one.name, one.user_id, one.role.value) for one in people}
    database = app.extensions["studio_database"]
    askers.register("e2e", lambda _uow, _ends: None)
    ask = ApprovalAsk(
        approvers=[f"user:{jonas.email}"], asker="e2e", ref={"run_id": str(new_id()), "wait_id": str(new_id())},
        title="Refund €420.10 to Anna Keller", facts=[("Order", "6021")], amount="420.10", currency="EUR",
        context={"workflow_name": "High-value refunds"},
    )  # fmt: skip
    with database.unit(jonas.workspace_id) as uow:
        uow.session.execute(update(Workspace).values(created_at=uow.now - timedelta(days=70)))
        request_id = approvals.request(uow, ask)
    with database.unit(jonas.workspace_id, actor[jonas.name]) as uow:
        shown = uow.session.get(Request, request_id).shown
        approvals.decide(uow, request_id, Outcome.APPROVED, shown=shown, reason=REASON)
    with database.unit(jonas.workspace_id, actor[tom.name]) as uow:
        reports.set_sending(uow, Sending([Role.OWNER, Role.ADMIN]))
        row = uow.session.scalars(select(ReportSetting)).one()
        outbox.cancel(uow, reports.job_key(row))
        row.next_at = uow.now - timedelta(seconds=1)
        payload = {"at": row.next_at.isoformat()}
        outbox.enqueue(uow, reports.TOPIC, key=reports.job_key(row), payload=payload, due_at=row.next_at)


@pytest.fixture
def studio(smtp):
    with running_studio(smtp, furnish=asked_and_decided) as running:
        yield running


def verify(path):
    """The command, in a process that knows no database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STUDIO_")}
    command = [sys.executable, "-m", "studio", "audit", "verify", str(path)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def looked_at(page, name):
    folder = os.environ.get("STUDIO_TEST_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_an_audit_visit(studio, sit_down, tmp_path):
    tom = studio.sign_in(sit_down(), "Tom")
    tom.goto(f"{studio.url}/inbox?of=all&tab=done")
    tom.get_by_role("link", name="Refund €420.10 to Anna Keller").first.click()
    looked_at(tom, "approval")
    tom.get_by_role("button", name="Make an evidence pack").click()
    expect(tom.get_by_text("The pack is ready.")).to_be_visible(timeout=30_000)
    looked_at(tom, "pack")
    with tom.expect_download() as taken:
        tom.get_by_role("button", name="Download").click()
    path = tmp_path / "pack.zip"
    taken.value.save_as(path)
    done = verify(path)
    assert done.returncode == 0, done.stderr
    assert "all as they were sealed" in done.stdout

    with zipfile.ZipFile(path) as file:
        page = next(one for one in file.infolist() if one.filename.startswith("pages/"))
        file.extractall(tmp_path / "unpacked")
    whole = bytearray(path.read_bytes())
    whole[page.header_offset + 200] ^= 1
    path.write_bytes(whole)
    tampered = verify(path)
    assert tampered.returncode == 1
    assert f"altered: {page.filename}" in tampered.stderr

    tom.goto((tmp_path / "unpacked" / "index.html").as_uri())
    looked_at(tom, "index")
    tom.get_by_role("link", name="pages/approvals-000001.html").click()
    expect(tom.get_by_text(REASON).first).to_be_visible()
    looked_at(tom, "page")
    tom.goto(f"{studio.url}/audit/evidence")
    looked_at(tom, "packs")
    tom.goto(f"{studio.url}/audit?action=evidence.exported")
    expect(tom.get_by_text("downloaded the evidence pack")).to_be_visible()


def test_month_end(studio, sit_down, tmp_path):
    mail = studio.mail_to("Tom")
    assert "Requests that ended:" in mail
    mira = sit_down()
    keys = Keys(mira)  # she has no mouse
    keys.sign_in(studio.url, studio.people["Mira"])
    keys.press(mira.get_by_role("link", name="Reports").first)
    keys.press(mira.get_by_role("navigation", name="Months").get_by_role("link").first)
    expect(mira.get_by_role("cell", name="420.1", exact=False).first).to_be_visible()
    looked_at(mira, "report")
    with mira.expect_download() as taken:
        keys.press(mira.get_by_role("link", name="Download CSV"))
    path = tmp_path / "report.csv"
    taken.value.save_as(path)
    assert ",amount approved,,EUR,420.10" in path.read_text()
    assert ",approver,Jonas Weber,answers,1" in path.read_text()
    mira.set_viewport_size({"width": 390, "height": 844})
    looked_at(mira, "report-phone")
