"""A secret of a connection, wherever it comes in or is echoed back, shows in no log, row, page, error, mail or export.

Each place has a canary of its own, so that one that shows says where it came from.
"""

import base64
import json
from urllib.parse import quote

import pytest
from sqlalchemy import select

from studio.connectors.models import Connection
from studio.core import outbox
from studio.runtime.models import Run
from studio.runtime.service import starts, workflows
from tests.factories.accounts import make_token, with_token
from tests.factories.workflows import make_workflow
from tests.runtime.triggers.test_app_events import BY_HAND, flow
from tests.security.test_canary import PIPELINES, House, logging
from tests.servers.http_target import Answer, HttpTarget, http_target

PLACES = (
    "page", "bearer", "password", "client_secret", "access_token", "refresh_token", "link", "wrong_form",
    "wrong_api", "refused", "api_key",
)  # fmt: skip
CANARY = {place: f"cnry9b2e-{place.replace('_', '-')}-secret+value/" for place in PLACES}
USER, CLIENT = "shop", "client-of-the-shop"
SCOPES = ["connections:read", "connections:write", "audit:read", "runs:read", "secrets:write", "settings:write"]


def forms(secret):
    """As it stands, and as addresses, Basic authentication, JSON and bytes would carry it."""
    plain = (secret, f"{USER}:{secret}", f"{CLIENT}:{quote(secret, safe='')}")
    coded = {base64.b64encode(one.encode()).decode().rstrip("=") for one in plain}
    return {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], secret.encode().hex(), *coded}


def leaks(text):
    return sorted(place for place, secret in CANARY.items() if any(form in text for form in forms(secret)))


def _json(status, value):
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(value).encode())


class Provider(HttpTarget):
    """Takes every sign-in, tells it back in each answer, and gives tokens until it refuses them."""

    def __init__(self, port):
        super().__init__(port)
        self.refuses = False

    def take(self, request):
        with self._lock:
            self.requests.append(request)
        if request.path == "/siem":
            return Answer()
        if request.path == "/token":
            return self._token(request)
        said = json.dumps({**request.headers, "body": request.body.decode()})
        if request.path == "/fail":
            return _json(400, {"message": f"not with {request.headers.get('authorization')}", "sent": said})
        if request.path == "/html":
            return Answer(200, {"Content-Type": "text/html"}, f"<h1>{said}</h1>".encode())
        if request.path == "/client" and self.refuses:
            return _json(401, {"message": said})
        return _json(403 if "refused" in said and request.path == "/me" else 200, {"error": said, "headers": said})

    def _token(self, request):
        if self.refuses:
            told = f"{CANARY['client_secret']} {request.body.decode()}"
            return _json(400, {"error": "invalid_client", "error_description": told})
        return _json(200, {"access_token": CANARY["access_token"], "refresh_token": CANARY["refresh_token"],
                           "token_type": "Bearer", "expires_in": 3600})  # fmt: skip


class Connected(House):
    """A workspace that connects by every way and door, calls, and gets it wrong."""

    def __init__(self, app, target, folder):
        super().__init__(app, target, folder)
        self.program = with_token(app, make_token(app, self.tenant, "owner", SCOPES))
        self.settings = {"base_url": target.url, "check_path": "/me"}

    def by_page(self, title, secret, **more):
        form = {"title": title, "environment": "test", "settings.base_url": self.target.url,
                "settings.check_path": "/me", "credentials.header": "X-Key", "credentials.api_key": secret,
                **more}  # fmt: skip
        return self.keep(self.browser.post("/connections/new/http?auth=api_key", data=form))

    def by_api(self, title, auth, credentials, **settings):
        body = {"connector": "http", "title": title, "auth": auth, "environment": "test",
                "settings": self.settings | settings}  # fmt: skip
        made = self.keep(self.program.post("/api/v1/connections", json=body))
        assert made.status_code == 201, made.text
        one = f"/api/v1/connections/{made.json['id']}/credentials"
        return self.keep(self.program.post(one, json={"credentials": credentials}))

    def enter(self):
        """Where secrets belong."""
        assert self.by_page("Page", CANARY["page"]).status_code == 302
        taken = [
            self.by_api("Key", "api_key", {"header": "authorization", "api_key": CANARY["api_key"]}),
            self.by_api("Token", "bearer", {"token": CANARY["bearer"]}),
            self.by_api("Person", "basic", {"user": USER, "password": CANARY["password"]}),
            self.by_api("Client", "client", {"client_id": CLIENT, "client_secret": CANARY["client_secret"]},
                        token_url=f"{self.target.url}/token"),
        ]  # fmt: skip
        assert [(one.status_code, one.json["status"]) for one in taken] == [(200, "active")] * 4
        self.keep(self.browser.post("/connections/page/pause"))
        made = self.browser.post("/connections/page/link", data={"hours": "24"})  # tells its link, once
        path = "/connect/" + made.text.partition("/connect/")[2].partition('"')[0].partition("<")[0].strip()
        outsider, data = self.app.test_client(), {"credentials.header": "X-Key", "credentials.api_key": CANARY["link"]}
        assert "is connected" in self.keep(outsider.post(path, data=data)).text
        self.keep(self.browser.post("/connections/page/resume"))

    def enter_wrongly(self):
        """Where they do not: each is refused."""
        assert self.by_page("", CANARY["wrong_form"]).status_code == 422
        assert self.by_page("Refused", CANARY["refused"]).status_code == 422
        assert self.by_api("Wrong", "bearer", {"nonsense": CANARY["wrong_api"]}).status_code == 422
        assert self.by_api("Broken", "bearer", {"token": CANARY["wrong_api"] + "\nx"}).status_code == 422
        assert self.by_api("Typed", "bearer", {"token": [CANARY["wrong_api"]]}).status_code == 422
        assert self.by_api("Denied", "bearer", {"token": CANARY["refused"]}).status_code == 422

    def use(self):
        """Each is called by, told back, and refused."""
        self.export.secret("signing", "whsec_" + base64.b64encode(b"signs the sink's deliveries").decode())
        self.export.configure(PIPELINES.format(url=self.target.url))
        for handle in ("page", "key", "token", "person", "client"):
            self.run(handle, "/echo")
            self.run(handle, "/html", method="POST", if_unknown="review")
            self.run(handle, "/fail", method="POST", body={"a": 1})
        self.target.refuses = True
        assert self.run("client", "/client") == "waiting"
        with self.export.unit() as uow:
            lost = select(Connection.handle).where(Connection.status == "reauth_required")
            assert uow.session.scalars(lost).all() == ["client"]

    def run(self, handle, path, **config):
        step = {"key": "call", "type": "connection.request", "name": "Call",
                "config": {"connection": handle, "path": path, **config}}  # fmt: skip
        workflow = make_workflow(self.app, self.tenant, flow(f"{handle}{path}", BY_HAND, step), published=True)
        with self.export.unit() as uow:
            started = starts.start_manual(uow, workflows.get(uow, workflow), None, {}, self.engine.wake_main)
            run_id = started.id
        while self.engine.executor.drain("main") + self.engine.executor.drain("effect"):
            pass
        with self.export.unit() as uow:
            return uow.session.scalar(select(Run.state).where(Run.id == run_id))

    def look(self):
        """Everything that shows anything of it."""
        self.export.delivery().drain()
        while outbox.drain(self.database):
            pass
        pages = ["/connections", "/connections/new", "/runs", "/audit"]
        pages += [f"/connections/{handle}" for handle in ("page", "key", "token", "person", "client")]
        with self.export.unit() as uow:
            runs = list(uow.session.scalars(select(Run.id)))
        for path in [*pages, *(f"/runs/{run_id}" for run_id in runs)]:
            assert self.keep(self.browser.get(path)).status_code == 200, path
        for path in ["connections", "audit/events", *(f"runs/{run_id}" for run_id in runs)]:
            assert self.keep(self.program.get(f"/api/v1/{path}")).status_code == 200, path
        for kind in ("csv", "jsonl"):
            self.keep(self.browser.post("/audit/export", data={"format": kind}))


def test_the_search_finds_what_it_should():
    for place, secret in CANARY.items():
        for form in forms(secret):
            assert leaks(f"x {form} y") == [place]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_planted_secret_of_a_connection_shows_nowhere(store_settings, mailer, tmp_path, capfd):
    with http_target(Provider) as target, logging(store_settings, mailer) as app:
        house = Connected(app, target, tmp_path / "exports")
        house.enter()
        house.enter_wrongly()
        house.use()
        house.look()
        rows = list(house.rows())
        asked = list(target.requests)
    logged = capfd.readouterr()
    sent = [request for request in asked if request.path == "/siem"]
    calls = " ".join(str(request.headers) + request.body.decode() for request in asked if request.path != "/siem")
    reached = set(PLACES) - {"refresh_token", "wrong_form", "wrong_api"}
    assert reached <= set(leaks(calls)), "what is never sent proves nothing"
    assert sent
    found = {
        "log": leaks(logged.err + logged.out),
        "rows": sorted({(table, place) for table, text in rows for place in leaks(text)}),
        "pages": sorted({place for text in house.shown for place in leaks(text)}),
        "sink": sorted({place for request in sent for place in leaks(str(request.headers) + request.body.decode())}),
        "mails": sorted({place for mail in mailer.sent.values() for place in leaks(str(mail))}),
    }
    assert found == {"log": [], "rows": [], "pages": [], "sink": [], "mails": []}
