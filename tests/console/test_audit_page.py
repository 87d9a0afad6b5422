"""The audit page and the local mailbox, on both databases."""

import csv
import io
import json
from dataclasses import replace

import pytest

from studio.audit import Target, record
from studio.audit.models import AuditHead
from studio.audit.sealing import closing, offline
from studio.audit.taxonomy import approvals
from studio.core import outbox
from studio.core.mail import Mailer
from studio.core.models import LocalMail, OutboxRow
from tests.factories.accounts import make_tenant, signed_in


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def filled(database, tenant):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        for number in range(60):
            target = Target("approval", f"a-{number}", f"Refund {number} <script>alert(1)</script>")
            record(uow, approvals.APPROVED, targets=[target], metadata={"reason": "=1+1"})
    return tenant


@pytest.fixture
def auditor(app, filled):
    return signed_in(app, filled.id, filled["auditor"])


def test_an_auditor_reads_sentences_page_by_page(auditor, filled):
    page = auditor.get("/audit").text
    name = filled["admin"].name
    assert f"{name} approved “Refund 59 &lt;script&gt;alert(1)&lt;/script&gt;”" in page
    assert "<script>alert(1)" not in page
    assert "Refund 9 " not in page
    older = auditor.get("/audit?before=11").text
    assert "Refund 9 " in older
    assert "Newer" in older
    assert "Older" not in older


def test_filters_stand_in_the_address(auditor):
    assert "Refund 7 " in auditor.get("/audit?q=a-7&action=approval&since=24h").text
    assert "No event fits" in auditor.get("/audit?action=workflow.deleted").text
    one = auditor.get("/audit?target_type=approval&target=a-3").text
    assert "Refund 3 " in one
    assert "Refund 4 " not in one


def test_a_time_that_is_none_shows_and_hands_out_nothing(auditor):
    """Left aside, it would give all, and the trail would say of the file that it was filtered."""
    for answer in (
        auditor.get("/audit?since=8d"),
        auditor.post("/audit/export", data={"format": "csv", "since": "8d"}),
    ):
        assert (answer.status_code, "There is no such time to choose" in answer.text) == (422, True)
        assert "Refund" not in answer.text


def test_a_filter_without_a_field_is_named_and_can_be_taken_away(auditor, filled):
    address = f"/audit?actor={filled['admin'].user_id}&target_type=approval&q=refund"
    page = auditor.get(address).text
    assert f"Only what {filled['admin'].name} did" in page
    assert "Only about this: approval" in page
    assert 'href="/audit?q=refund&amp;target_type=approval"' in page
    assert f'href="/audit?q=refund&amp;actor={filled["admin"].user_id}"' in page
    assert 'id="narrowed"' not in auditor.get("/audit?q=refund").text


@pytest.mark.parametrize(
    "query", ["before=x", "before=99999999999999999999999", "after=-1", "q=%00", "actor=%00&run=%00"]
)
def test_odd_addresses_do_not_break_it(auditor, query):
    assert auditor.get(f"/audit?{query}").status_code == 200


def test_verify_says_what_it_found_and_is_recorded(app, auditor, filled, database):
    page = auditor.post("/audit/verify", follow_redirects=True).text
    assert "All 60 events are as they were written; none is missing." in page
    assert "verified 60 audit events" in page
    with database.unit(filled.id) as uow:
        uow.session.query(AuditHead).update({"seq": 65})
    broken = auditor.post("/audit/verify", follow_redirects=True).text
    assert "The trail is broken at event 62" in broken


def test_exports_are_files_and_are_recorded(auditor):
    answer = auditor.post("/audit/export", data={"format": "csv", "target_type": "approval"})
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert len(rows) == 60
    lines = auditor.post("/audit/export", data={"format": "jsonl"}).text.splitlines()
    last = json.loads(lines[-1])
    assert last["action"] == "audit.exported"
    assert last["metadata"] == {"format": "jsonl"}
    assert json.loads(lines[60])["metadata"]["filters"] == "target_type=approval"
    assert auditor.post("/audit/export", data={"format": "exe"}).status_code == 422


def test_a_builder_sees_nothing_of_it(app, filled):
    builder = signed_in(app, filled.id, filled["builder"])
    assert builder.get("/audit").status_code == 403
    assert builder.post("/audit/export", data={"format": "csv"}).status_code == 403


def test_the_mailbox_shows_kept_mail_as_text(app, database, tenant, monkeypatch):
    with database.unit(tenant.id) as uow:
        uow.session.add(
            LocalMail(
                recipients=["anna@example.com"],
                subject="<b>Approve</b>",
                text="Open http://localhost:8000/a/xyz <script>",
                html="<script>alert(1)</script>",
                sent_at=uow.now,
            )
        )
    owner = signed_in(app, tenant.id, tenant["owner"])
    page = owner.get("/mailbox").text
    assert "&lt;b&gt;Approve&lt;/b&gt;" in page
    with database.unit(tenant.id, read_only=True) as uow:
        mail_id = uow.session.query(LocalMail).one().id
    mail = owner.get(f"/mailbox/{mail_id}").text
    assert '<a href="http://localhost:8000/a/xyz" rel="noopener noreferrer">' in mail
    assert "alert(1)" not in mail
    other = make_tenant(database)
    stranger = signed_in(app, other.id, other["owner"])
    assert stranger.get(f"/mailbox/{mail_id}").status_code == 404
    for role in ("admin", "builder", "auditor"):
        assert signed_in(app, tenant.id, tenant[role]).get(f"/mailbox/{mail_id}").status_code == 403


def test_mail_goes_from_the_outbox_into_the_mailbox(app, database, tenant):
    with database.unit(tenant.id) as uow:
        Mailer().send(uow, key="k", to=["anna@example.com"], subject="Hello", text="Text")
    outbox.drain(database)
    assert "Hello" in signed_in(app, tenant.id, tenant["owner"]).get("/mailbox").text


def test_mail_that_the_server_does_not_take_is_seen_with_its_reason(app, database, tenant, monkeypatch):
    monkeypatch.setitem(
        app.extensions,
        "studio_settings",
        replace(app.extensions["studio_settings"], smtp_url="smtp://mail.example.com"),
    )
    owner = signed_in(app, tenant.id, tenant["owner"])
    assert "nothing is kept here" in owner.get("/mailbox").text
    with database.unit(tenant.id) as uow:
        for key, subject in (("no", "Refused"), ("later", "Delayed"), ("new", "Not tried yet")):
            Mailer().send(uow, key=key, to=["anna@example.com"], subject=subject, text="Text")
        rows = {row.key: row for row in uow.session.query(OutboxRow)}
        rows["mail:no"].state, rows["mail:no"].last_error = "failed", "GiveUp: 550 No <such> user"
        rows["mail:later"].attempts, rows["mail:later"].last_error = 1, "MailFailed: 451 Later"
    page = owner.get("/mailbox").text
    assert "550 No &lt;such&gt; user" in page
    assert "None: it failed for good" in page
    assert "451 Later" in page
    assert "Not tried yet" not in page
    other = make_tenant(database)
    assert "Refused" not in signed_in(app, other.id, other["owner"]).get("/mailbox").text


def test_the_sealed_file_holds_everything_and_verifies_by_itself(app, auditor, filled, tmp_path):
    database, keyring = app.extensions["studio_database"], app.extensions["studio_keyring"]
    assert "Nothing is sealed yet" in auditor.get("/audit").text
    with database.unit(filled.id) as uow:
        closing.seal_all(uow, keyring, early=True)
    assert "Sealed up to event" in auditor.get("/audit").text
    answer = auditor.post("/audit/export", data={"format": "sealed", "action": "workflow"})
    (tmp_path / "audit.zip").write_bytes(answer.data)
    with offline.opened(tmp_path / "audit.zip") as files:
        report = offline.verify_files(files)
    assert (report.ok, report.segments) == (True, 1)
    assert report.checked > report.sealed, "that it was taken is an event as well"
    assert "All" in auditor.post("/audit/verify", follow_redirects=True).text
