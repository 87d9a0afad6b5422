"""Accounts that nobody answers for: what a page shows of them needs no answer."""

from flask import Flask

from studio.accounts.demo import Credentials
from studio.connectors.definition import Account, FoundScope
from studio.connectors.library import importing
from studio.connectors.models import Connection
from studio.connectors.outcomes import ScopeKind
from studio.connectors.service import authorising, creating, scoping
from studio.core.actor import Actor, ActorType
from studio.core.crypto import Keyring
from studio.core.unit_of_work import UnitOfWork
from tests.factories.connections import described_api


def connect(
    uow: UnitOfWork, keyring: Keyring, title: str, url: str, account: str, connector_key: str = "http"
) -> Connection:
    """One of them, signed in with a token."""
    row = creating.create(
        uow, connector_key=connector_key, title=title, auth="bearer", settings={"base_url": url}, environment="test"
    )
    tried = authorising.trial(row, {"token": "a-token-of-the-shop"})
    authorising.accept(uow, keyring, row, tried, Account(account, title))
    return row


def connect_two(app: Flask, people: list[Credentials]) -> None:
    """An ERP that offers no actions, and a shop that has some and one channel."""
    owner, keyring = people[0], app.extensions["studio_keyring"]
    actor = Actor(ActorType.USER, str(owner.user_id), owner.name, owner.user_id, owner.role.value)
    with app.extensions["studio_database"].unit(owner.workspace_id, actor) as uow:
        connect(uow, keyring, "ERP", "https://erp.example.com", "1")
        shop = connect(uow, keyring, "Lumen shop", "https://shop.example.com", "2", "vendure")
        scoping.keep(uow, shop, [FoundScope(ScopeKind.CHANNEL, "2", "Outlet")])


def describe(uow: UnitOfWork, title: str) -> None:
    """An API description that is imported."""
    content = described_api(title)
    importing.keep(uow, importing.described(content), content)
