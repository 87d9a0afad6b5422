"""A secret that is planted wherever one can be entered shows in no log, row, page, error, mail or sink.

Each place has a canary of its own, so that one that shows says where it came from.
"""

import base64
import re
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select

from studio.core import outbox
from studio.core.db import Base
from studio.runtime.models import Run
from studio.runtime.service import starts, workflows
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.exports import ExportHouse
from tests.factories.workflows import make_workflow
from tests.fixtures.app import close_app, open_app
from tests.runtime.triggers.test_app_events import BY_HAND, flow

MARK = "cnry7f3a"
PLACES = (
    "page",
    "api",
    "form",
    "body",
    "path",
    "query",
    "yaml",
    "json",
    "signing",
    "answer",
    "fact",
    "password",
    "header",
    "crash",
)
CANARY = {place: f"{MARK}-{place}-secret-value" for place in PLACES}
PIPELINES = """
receivers: {{audit: {{start: beginning}}}}
exporters:
  webhook/siem:
    endpoint: {url}/siem
    secret: ${{secret:signing}}
service:
  pipelines: {{logs: {{receivers: [audit], exporters: [webhook/siem]}}}}
"""


class House:
    """A workspace in which secrets are entered by every door, used, and got wrong."""

    def __init__(self, app, target, folder):
        self.app, self.target = app, target
        self.database, self.engine = app.extensions["studio_database"], app.extensions["studio_engine"]
        self.tenant = make_tenant(self.database)
        self.export = ExportHouse(app, self.tenant, folder, ("127.0.0.1",))
        self.browser = signed_in(app, self.tenant.id, self.tenant["owner"])
        scopes = ["secrets:write", "settings:write", "audit:read", "runs:read"]
        self.token = make_token(app, self.tenant, "owner", scopes)
        self.program = with_token(app, self.token)
        self.shown: list[str] = []

    def keep(self, answer):
        """What a page or the API said; a form gives its writer back what was typed into its field, to be mended."""
        self.shown.append(re.sub(r"<textarea.*?</textarea>", "", answer.text, flags=re.DOTALL))
        return answer

    def enter(self):
        """Where a secret belongs."""
        form = {"name": "erp", "value": CANARY["page"], "hosts": "127.0.0.1"}
        assert self.keep(self.browser.post("/settings/secrets", data=form)).status_code == 302
        body = {"name": "echoed", "value": CANARY["api"], "hosts": ["127.0.0.1"]}
        assert self.keep(self.program.post("/api/v1/secrets", json=body)).status_code == 201
        signing = "whsec_" + base64.b64encode(CANARY["signing"].encode()).decode()
        self.export.secret("signing", signing)

    def enter_wrongly(self):
        """Where it does not, or not so: each is refused."""
        bad = {"name": "not a name!", "value": CANARY["form"], "hosts": "???"}
        assert self.keep(self.browser.post("/settings/secrets", data=bad)).status_code in (400, 422)
        body = {"name": "x", "value": CANARY["body"], "hosts": 7, "colour": "red"}
        assert self.keep(self.program.post("/api/v1/secrets", json=body)).status_code == 422
        assert self.keep(self.browser.get(f"/password/{CANARY['path']}")).status_code < 500
        assert self.keep(self.program.get(f"/api/v1/audit/events?token={CANARY['query']}")).status_code == 422
        literal = PIPELINES.format(url=self.target.url).replace("${secret:signing}", CANARY["yaml"])
        assert (
            self.keep(self.browser.post("/settings/export/edit", data={"text": literal, "version": "0"})).status_code
            == 422
        )
        document = {"exporters": {"webhook": {"endpoint": "https://a.example.com", "secret": CANARY["json"]}},
                    "service": {"pipelines": {"logs": {"receivers": ["audit"], "exporters": ["webhook"]}}}}  # fmt: skip
        refused = self.keep(self.program.put("/api/v1/export/pipelines", json={"document": document}))
        assert refused.status_code == 422
        stranger = self.app.test_client()
        sign_in = {"email": self.tenant["owner"].email, "password": CANARY["password"]}
        assert self.keep(stranger.post("/sign-in", data=sign_in)).status_code < 500
        header = {"Authorization": f"Bearer {CANARY['header']}"}
        assert self.keep(stranger.get("/api/v1/runs", headers=header)).status_code == 401

    def crash(self, monkeypatch):
        """Where the database refuses, so that the error is logged with its statement."""
        with monkeypatch.context() as broken:
            broken.setattr("studio.accounts.service.vault.version_of", lambda _blob: None)
            body = {"name": "crashed", "value": CANARY["crash"], "hosts": ["127.0.0.1"]}
            assert self.keep(self.program.post("/api/v1/secrets", json=body)).status_code == 500

    def use(self):
        """A run signs in by them, is answered with one, and writes one into the trail under a secret's name."""
        self.export.configure(PIPELINES.format(url=self.target.url))
        echo = {"message": f"no, {CANARY['api']} is wrong", "authorization": f"Bearer {CANARY['api']}"}
        self.target.answer(200, json_body={"token": CANARY["page"]})
        self.target.answer(400, json_body=echo)
        call = {"key": "call", "type": "action.http", "name": "Call", "config": {
            "url": f"{self.target.url}/erp", "auth": "bearer", "secret": "erp", "body": {"a": 1}}}  # fmt: skip
        facts = {"api_key": CANARY["fact"], "card": CANARY["answer"], "order": "1"}
        record = {"key": "record", "type": "audit.record", "name": "Record", "config": {
            "name": "custom.called", "about": "The ERP", "facts": facts, "hidden": ["card"]}}  # fmt: skip
        wrong = {"key": "wrong", "type": "action.http", "name": "Wrong", "config": {
            "url": f"{self.target.url}/erp", "auth": "header", "secret": "echoed", "body": {"a": 1}}}  # fmt: skip
        workflow = make_workflow(self.app, self.tenant, flow("Calls", BY_HAND, call, record, wrong), published=True)
        with self.export.unit() as uow:
            starts.start_manual(uow, workflows.get(uow, workflow), None, {}, self.engine.wake_main)
        while self.engine.executor.drain("main") + self.engine.executor.drain("effect"):
            pass
        self.export.delivery().drain()
        while outbox.drain(self.database):
            pass
        with self.export.unit() as uow:
            [run] = uow.session.scalars(select(Run)).all()
        self.keep(self.program.get(f"/api/v1/runs/{run.id}"))
        for page in (f"/runs/{run.id}", "/runs", "/audit", "/settings/secrets", "/settings/export"):
            assert self.keep(self.browser.get(page)).status_code == 200
        self.keep(self.browser.post("/audit/export", data={"format": "csv"}))
        return run

    def rows(self):
        """Every row of every table, as text; what is sealed is bytes."""
        with self.database.across(read_only=True) as uow:
            connection = uow.session.connection()
            for table in Base.metadata.sorted_tables:
                for row in connection.execute(select(table)):
                    yield table.name, " ".join(map(_text, row))


def _text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _own(table, place):
    return place in IN_ITS_DOCUMENT and not table.startswith(("audit_", "export_", "local_mail", "outbox"))


def forms(secret):
    """As it stands, and as Basic authentication and JSON would carry it."""
    return {secret, base64.b64encode(secret.encode()).decode().rstrip("="), secret.encode().hex()}


IN_ITS_DOCUMENT = {"fact", "answer"}
"""Written into a step by whoever wrote the workflow: its document and run hold it, the trail and what leaves do not."""


def leaks(text):
    return sorted(place for place, secret in CANARY.items() if any(form in text for form in forms(secret)))


@contextmanager
def logging(store_settings, mailer):
    settings = replace(store_settings, json_logs=True, log_level="debug", allowed_hosts=("127.0.0.1",))
    app = open_app(settings, mailer)
    app.testing = False  # as in production: a crash is answered and logged
    try:
        yield app
    finally:
        close_app(app)


def test_the_search_finds_what_it_should():
    for place, secret in CANARY.items():
        for form in forms(secret):
            assert leaks(f"x {form} y") == [place]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_planted_secret_shows_nowhere(store_settings, mailer, http_target, tmp_path, capfd, monkeypatch):
    with logging(store_settings, mailer) as app:
        house = House(app, http_target, tmp_path / "exports")
        house.enter()
        house.enter_wrongly()
        house.crash(monkeypatch)
        run = house.use()
        assert run.state == "failed"  # the second call was refused, with the secret in what it said
        assert run.error["code"] == "http.status_400"
        rows = list(house.rows())
        token = house.token
    logged = capfd.readouterr()
    calls = [request for request in http_target.requests if request.path == "/erp"]
    sent = [request for request in http_target.requests if request.path == "/siem"]
    assert [CANARY["page"] in str(calls[0].headers), CANARY["api"] in str(calls[1].headers)] == [True, True]
    events = [event["action"] for request in sent for event in request.json()]
    assert {"custom.called", "secret.created", "export.refused"} <= set(events)
    assert "request_crashed" in logged.err
    found = {
        "log": leaks(logged.err + logged.out),
        "rows": sorted({(table, place) for table, text in rows for place in leaks(text) if not _own(table, place)}),
        "pages": sorted({place for text in house.shown for place in leaks(text)} - IN_ITS_DOCUMENT),
        "sink": sorted({place for request in sent for place in leaks(str(request.headers) + request.body.decode())}),
        "mails": sorted({place for mail in mailer.sent.values() for place in leaks(str(mail))}),
    }
    assert found == {"log": [], "rows": [], "pages": [], "sink": [], "mails": []}
    assert token not in logged.err + logged.out
    assert not [table for table, text in rows if token in text]
