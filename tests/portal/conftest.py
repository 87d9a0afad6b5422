"""A shop whose approvers are asked, mailed and seen through their browsers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from threading import Thread
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.serving import make_server

from studio.accounts.models import User
from studio.accounts.outcomes import Role
from studio.approvals.jobs import Post
from studio.core import clock, outbox
from studio.core.limits import limiter
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadePerson, MadeTenant, make_person, make_tenant, signed_in
from tests.factories.approvals import Heard, listen, make_request
from tests.fakes.mailer import RecordingMailer, SentMail
from tests.fixtures.client import StudioClient
from tests.portal.slack_world import bare, channel  # noqa: F401 - fixtures, for whichever test names them

BERLIN = ZoneInfo("Europe/Berlin")
LINK = re.compile(r"http://localhost:8000(/a/[\w-]{64})")


@dataclass
class Shop:
    """Everything that a portal test touches."""

    app: Flask
    database: Database
    tenant: MadeTenant
    jonas: MadePerson
    lena: MadePerson
    mailer: RecordingMailer
    heard: Heard

    def ask(self, *approvers: MadePerson | str, **changed) -> UUID:
        return make_request(self.database, self.tenant, approvers or (self.jonas, self.lena), **changed)

    def run_jobs(self) -> None:
        while outbox.drain(self.database):
            pass

    def mail_to(self, person: MadePerson) -> SentMail:
        self.run_jobs()
        return [mail for mail in self.mailer.sent.values() if mail.to == (person.email,)][-1]

    def link_of(self, person: MadePerson) -> str:
        return LINK.search(self.mail_to(person).text)[1]

    def code_of(self, person: MadePerson) -> str:
        return re.search(r"^(\d{6})$", self.mail_to(person).text, re.MULTILINE)[1]

    def browser(self, person: MadePerson | None = None) -> StudioClient:
        if person is None:
            return self.app.test_client()
        return signed_in(self.app, self.tenant.id, person)


@pytest.fixture
def shop(app: Flask, database: Database, mailer: RecordingMailer) -> Iterator[Shop]:
    tenant = make_tenant(database, "Nordlicht Store")
    jonas = make_person(database, tenant.id, Role.APPROVER, "Jonas Weber")
    lena = make_person(database, tenant.id, Role.APPROVER, "Lena Vogt")
    Post(mailer, "http://localhost:8000").register()
    limiter.enabled = False
    yield Shop(app, database, tenant, jonas, lena, mailer, listen())
    limiter.enabled = True


@pytest.fixture
def wants(shop):
    """Choices of a person, relative to what their clock shows now."""

    def choose(person, **hours):
        now = clock.local_now().astimezone(BERLIN)
        ahead = {name: value if isinstance(value, bool) else _wall(now, value) for name, value in hours.items()}
        with shop.database.unit(shop.tenant.id) as uow:
            uow.session.execute(update(User).where(User.id == person.user_id).values(**ahead))

    return choose


def _wall(now: datetime, hours: int) -> time:
    return (now + timedelta(hours=hours)).time().replace(second=0, microsecond=0)


@pytest.fixture
def everything(shop: Shop) -> Callable[[], dict]:
    """All rows of the tenant, to show that something changed nothing."""
    from tests.security.world import World  # noqa: PLC0415 - only here

    world = World(shop.app, shop.tenant, shop.tenant, {}, {})
    return lambda: world.rows(shop.tenant)


@pytest.fixture
def address(shop) -> Iterator[str]:
    server = make_server("localhost", 0, shop.app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()
