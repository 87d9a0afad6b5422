"""Settings, Audit export, as people use it."""

import re

import pytest
from markupsafe import escape
from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.export.components import Exporter
from studio.export.outcomes import State
from studio.export.service import configs
from tests.factories.accounts import signed_in
from tests.factories.exports import webhook_yaml

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
FILES = "exporters: {file: {}}\nservice: {pipelines: {logs: {receivers: [audit], exporters: [file]}}}\n"


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.fixture
def admin(app, house):
    return signed_in(app, house.tenant.id, house.tenant["admin"])


def actions(house):
    with house.unit() as uow:
        return list(uow.session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq)))


def test_from_the_empty_page_to_a_destination_and_back(house, admin):
    assert "The audit trail stays in this house" in text_of(admin.get("/settings/export"))
    editor = admin.get("/settings/export/edit")
    assert "receivers:" in editor.text
    assert "${secret:signing}" in editor.text
    assert all(str(escape(kind.example.splitlines()[0])) in editor.text for kind in Exporter.registry.values())
    house.record(2)
    tried = admin.post("/settings/export/edit?preview=1", data={"text": FILES, "version": "0"})
    assert "What logs would send" in text_of(tried)
    assert "audit.verified" in tried.text
    with house.unit() as uow:
        assert configs.current(uow) is None
    assert admin.post("/settings/export/edit", data={"text": FILES, "version": "0"}).status_code == 302
    assert admin.post("/settings/export/edit", data={"text": FILES, "version": "0"}).status_code == 409
    house.record(2)
    assert "events" in text_of(admin.get("/settings/export"))
    house.delivery().drain()
    assert "Up to date" in text_of(admin.get("/settings/export"))
    row = house.destination("file")
    page = f"/settings/export/{row.id}"
    assert admin.post(f"{page}/test").status_code == 302
    assert "took the test event" in text_of(admin.get(page))
    assert admin.post(f"{page}/pause").status_code == 302
    assert "Paused" in text_of(admin.get(page))
    assert admin.post(f"{page}/pause").status_code == 409
    assert admin.post(f"{page}/resume").status_code == 302
    assert admin.post(f"{page}/replay", data={"since": "2020-01-01T00:00"}).status_code == 302
    assert house.destination("file").cursor == 0
    assert admin.post(f"{page}/replay", data={"since": "2020-01-01T00:00"}).status_code == 422
    assert admin.post(f"{page}/replay", data={"since": "soon"}).status_code == 422
    assert admin.post(f"{page}/letters/retry").status_code == 409
    for action in ("configured", "tested", "paused", "resumed", "replayed"):
        assert f"export.{action}" in actions(house)


def test_a_refusal_says_where_and_is_recorded_without_what_was_written(house, admin):
    wrong = FILES.replace("file: {}", "webhook: {endpoint: 'https://a.example', secret: CANARY-77aa}")
    answer = admin.post("/settings/export/edit", data={"text": wrong, "version": "0"})
    assert answer.status_code == 422
    assert "exporters.webhook.secret" in answer.text
    with house.unit() as uow:
        refused = uow.session.scalars(select(AuditEvent).where(AuditEvent.action == "export.refused")).one()
    assert "CANARY" not in refused.body
    assert "exporters.webhook.secret" in refused.body
    assert '"denied"' in refused.body


def test_dead_letters_are_shown_with_why_and_sent_once_more_or_given_up(siem, http_target, app):
    admin = signed_in(app, siem.tenant.id, siem.tenant["admin"])
    http_target.answer(422, times=20)
    siem.configure(webhook_yaml(http_target, start="beginning", extra="    batch: {max_items: 1}"))
    siem.delivery().drain()
    row = siem.destination("webhook/siem")
    dead = len(siem.letters())
    assert dead > 0
    page = admin.get(f"/settings/export/{row.id}")
    assert "does not accept this (HTTP 422)" in text_of(page)
    assert admin.post(f"/settings/export/{row.id}/letters/retry").status_code == 302
    http_target.clear()
    siem.change("webhook/siem", state=State.ACTIVE)
    siem.delivery().drain()
    assert {one.state for one in siem.letters()} == {"delivered"}


def test_who_may_only_read_changes_nothing(house, app):
    auditor = signed_in(app, house.tenant.id, house.tenant["auditor"])
    builder = signed_in(app, house.tenant.id, house.tenant["builder"])
    assert auditor.get("/settings/export").status_code == 200
    assert auditor.get("/settings/export/edit").status_code == 403
    assert auditor.post("/settings/export/edit", data={"text": FILES}).status_code == 403
    assert builder.get("/settings/export").status_code == 403
