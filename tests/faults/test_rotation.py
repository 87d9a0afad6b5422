"""The master key is replaced while people and programs seal and open; the command is killed on the way, over and over.

Writers post secrets to the web processes, readers have them opened elsewhere: by workers that call with them, by web
processes that give an answer a second time, by whoever is still signed in. Nobody meets an error, nothing is lost.
"""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from threading import Event, Thread

import pytest
import requests
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from benchmarks import seeding
from studio.accounts.identity import SESSION_KEY
from studio.accounts.models import Secret
from studio.accounts.outcomes import Role
from studio.accounts.service import sessions, tokens
from studio.accounts.service.vault import SecretVault
from studio.audit.models import AuditEvent
from studio.audit.verifying import verify
from studio.core.crypto import Keyring
from studio.core.key_file import KeyFile
from studio.runtime.models import Run
from tests.factories.accounts import make_person
from tests.faults.drill import eventually
from tests.servers.patience import PATIENCE_S

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(600)]

LABELS = {"keys.rotate.added", "keys.rewrap.before_commit", "keys.rewrap.after_commit", "keys.retire.removed"}
ANSWER_S = PATIENCE_S


def document(url):
    """Webhook → a call that signs in with a secret."""
    call = {"url": f"{url}/erp", "auth": "bearer", "secret": "erp", "body": {"id": "{{ trigger.order.id }}"}}
    return {
        "schema": "studio.workflow/1",
        "name": "Signs in",
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Hook", "config": {"sample": {"order": {"id": "1"}}}},
            {"key": "call", "type": "action.http", "name": "Call", "config": call},
        ],
        "edges": [{"from": "hook", "port": "next", "to": "call"}],
    }


class House:
    """A Studio under load, and what went wrong in it."""

    def __init__(self, drill):
        self.drill, self.settings = drill, drill.running.settings
        self.base = f"http://{self.settings.host}:{self.settings.port}"
        self.seeded = seeding.seed(self.settings, document(drill.target.url), name="Rotating")
        with seeding.application(self.settings) as app:
            database = app.extensions["studio_database"]
            person = make_person(database, self.seeded.workspace_id, Role.OWNER)
            with database.unit(self.seeded.workspace_id, person.actor) as uow:
                scopes = ["secrets:write"]
                self.token = tokens.create(uow, name="Load", scopes=scopes, user_id=person.user_id).text
                session, _ = sessions.start(uow, person.user_id, self.seeded.workspace_id)
            serializer = SecureCookieSessionInterface().get_signing_serializer(app)
            self.cookies = {app.config["SESSION_COOKIE_NAME"]: serializer.dumps({SESSION_KEY: session})}
        self.wrong: list[str] = []
        self.sealed: dict[str, str] = {}
        self.done: Counter[str] = Counter()
        self._stop = Event()

    @contextmanager
    def load(self):
        """All of them at it, until the block ends."""
        self.post("erp", "value-of-erp")
        threads = [Thread(target=self._over_and_over, args=(what,)) for what in (self.write, self.read, self.deliver)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _over_and_over(self, what):
        number = 0
        while not self._stop.is_set():
            number += 1
            try:
                what(number)
            except (requests.RequestException, AssertionError) as error:
                self.wrong.append(f"{what.__name__} {number}: {error!r}")
            self.done[what.__name__] += 1
            self._stop.wait(0.1)  # paces the load: two cores are to be left something

    def post(self, name, value):
        """A secret, sealed by a web process, and its answer, sealed as well."""
        answer = requests.post(
            f"{self.base}/api/v1/secrets", json={"name": name, "value": value, "hosts": ["127.0.0.1"]},
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": f"key-{name}"}, timeout=ANSWER_S,
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
        self.sealed[name] = value
        return answer

    def write(self, number):
        self.post(f"load-{number}", f"value-of-load-{number}")

    def read(self, number):
        """An answer of before is opened again, and whoever is signed in stays so."""
        assert self.post("erp", "value-of-erp").headers["Idempotent-Replayed"] == "true"
        page = requests.get(f"{self.base}/workflows", cookies=self.cookies, timeout=ANSWER_S, allow_redirects=False)
        assert page.status_code == 200, page.headers

    def deliver(self, number):
        """A worker opens the secret."""
        body = {"order": {"id": f"o-{number}"}}
        answer = requests.post(self.base + self.seeded.path, json=body, timeout=ANSWER_S)
        assert answer.status_code == 202, answer.text

    def keys(self, *words, fault="", after=0):
        """Run the command in a process of its own; its output. With a fault it is killed there."""
        environ = self.drill.running.environ | {"FAULT": fault, "FAULT_AFTER": str(after), "FAULT_ONCE": ""}
        done = subprocess.run(
            [sys.executable, "-m", "studio", "keys", *words], env=os.environ | environ, capture_output=True, text=True,
            check=False, timeout=180,
        )  # fmt: skip
        if fault:
            assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
        else:
            assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def replace_key(self, old):
        """From one key to the next, dying once at every label."""
        new = old + 1
        self.keys("rotate", fault="keys.rotate.added")
        self.outlive(new)
        self.keys("rewrap", fault="keys.rewrap.before_commit", after=1)
        self.keys("rewrap", fault="keys.rewrap.after_commit", after=3)
        self.keys("rewrap")
        assert re.search(rf"^\s+{old}: nothing$", self.keys("status"), re.MULTILINE)
        self.keys("retire", str(old), "--now", fault="keys.retire.removed")
        self.keys("retire", str(old), "--now")
        self.outlive(new)

    def outlive(self, version):
        """Wait until all of the load has gone round since; something is sealed under the newest key then."""
        before = Counter(self.done)
        kinds = ("write", "read", "deliver")
        eventually(lambda: all(self.done[kind] > before[kind] + 2 for kind in kinds), lambda: (self.wrong, self.done))
        assert KeyFile.of(self.settings.data_dir).read().keys() >= {version}


def test_a_master_key_is_replaced_under_load(drill):
    drill.begin(workers=2)
    house = House(drill)
    with house.load():
        house.outlive(1)
        house.replace_key(1)
    assert house.wrong == []
    keys = KeyFile.of(house.settings.data_dir).read()
    assert keys.keys() == {2}
    _opened(drill, house, Keyring(keys))
    _called(drill, house)


def _opened(drill, house, newest):
    """Every secret opens under the newest key alone, with what was written."""
    workspace, vault = house.seeded.workspace_id, SecretVault(drill.database, newest)
    with drill.database.unit(workspace, read_only=True) as unit:
        assert verify(unit).bad is None
        names = unit.session.scalars(select(Secret.name)).all()
        told = Counter(unit.session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("master_key.%"))))
    assert {name: vault.reveal(workspace, name, purpose="test", host=None) for name in names} == house.sealed
    assert told["master_key.added"] == told["master_key.retired"] == 1
    assert told["master_key.rewrapped"] >= 1


def _called(drill, house):
    """Every delivery's run has signed in with the secret."""

    def states():
        with drill.database.unit(house.seeded.workspace_id, read_only=True) as unit:
            return Counter(unit.session.scalars(select(Run.state)))

    eventually(lambda: not set(states()) & {"queued", "running", "waiting"}, lambda: (states(), drill.log()))
    assert set(states()) == {"succeeded"}
    headers = {request.headers["authorization"] for request in drill.target.requests if request.path == "/erp"}
    assert headers == {"Bearer value-of-erp"}
