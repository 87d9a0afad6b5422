"""A workspace with a sign-in provider, and browsers that come by it."""

import html
import re
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask
from sqlalchemy import select

from studio.accounts.federation import configuring
from studio.accounts.federation.configuring import ProviderFacts
from studio.accounts.models import Seat, User
from studio.accounts.outcomes import Role
from studio.accounts.service import workspaces
from tests.factories.accounts import MadePerson, MadeTenant, make_tenant
from tests.fakes.gates import open_gates
from tests.fakes.sign_in_provider import ISSUER, FakeProvider
from tests.fixtures.client import StudioClient

MAPPING = [("admins", Role.ADMIN), ("builders", Role.BUILDER)]
FACTS = ProviderFacts(
    name="Northstar ID", issuer=ISSUER, client_id="studio", secret="s3cr:t%", claim="groups", mapping=MAPPING
)


@dataclass
class Lobby:
    app: Flask
    tenant: MadeTenant
    provider: FakeProvider

    @classmethod
    def of(cls, app: Flask, tenant: MadeTenant | None = None, **facts: Any) -> "Lobby":
        database = app.extensions["studio_database"]
        tenant = tenant or make_tenant(database)
        with database.unit() as uow:
            provider = FakeProvider(uow.now.timestamp())
        lobby = cls(app, tenant, provider)
        lobby.use(provider)
        lobby.save(tenant["owner"], **facts)
        return lobby

    def use(self, provider: FakeProvider) -> None:
        """Stand this one behind the house's way out."""
        self.provider = provider
        self.app.extensions["studio_door"] = replace(self.app.extensions["studio_door"], send=provider.send)

    @property
    def database(self):
        return self.app.extensions["studio_database"]

    @property
    def slug(self) -> str:
        with self.database.unit(self.tenant.id) as uow:
            return workspaces.current(uow).slug

    def save(self, by: MadePerson, **facts: Any) -> None:
        keyring = self.app.extensions["studio_keyring"]
        with open_gates(), self.database.unit(self.tenant.id, by.actor) as uow:
            configuring.save(uow, keyring, replace(FACTS, **facts))

    def leave(self, browser: StudioClient, target: str = "") -> str:
        """Press the button; the address that the browser is sent to."""
        answer = browser.post(f"/sign-in/{self.slug}", data={"next": target})
        assert answer.status_code == 200, answer.text
        return sent_to(answer.text)

    def come(self, who: str = "s-1", browser: StudioClient | None = None, *, target: str = "", **claims: Any):
        """There and back again: the browser and its answer."""
        browser = browser or self.app.test_client()
        said = {"email": f"{who}@northstar.example", "email_verified": True, "name": "Nora Stern",
                "groups": ["builders"], **claims}  # fmt: skip
        query = self.provider.back(self.leave(browser, target), who, **said)
        return browser, browser.get("/sso/callback", query_string=query)

    def seat_of(self, email: str) -> Seat | None:
        with self.database.unit(self.tenant.id) as uow:
            return uow.session.scalar(select(Seat).join(User, User.id == Seat.user_id).where(User.email == email))


def sent_to(page: str) -> str:
    return html.unescape(re.search(r'content="0; url=([^"]+)"', page)[1])
