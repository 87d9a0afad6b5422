"""A workspace and programs that use its API."""

from collections.abc import Callable

import pytest
from flask import Flask

from studio.accounts.permissions import SCOPES
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadeTenant, make_tenant, make_token, with_token
from tests.fixtures.client import StudioClient

Caller = Callable[..., StudioClient]


@pytest.fixture
def tenant(database: Database) -> MadeTenant:
    return make_tenant(database)


@pytest.fixture
def other(database: Database) -> MadeTenant:
    return make_tenant(database)


@pytest.fixture
def caller(app: Flask, tenant: MadeTenant) -> Caller:
    """A program with a token of somebody's; every scope unless said."""

    def make(role: str = "owner", scopes: list[str] | None = None, of: MadeTenant | None = None) -> StudioClient:
        return with_token(app, make_token(app, of or tenant, role, list(SCOPES) if scopes is None else scopes))

    return make


@pytest.fixture
def api(caller: Caller) -> StudioClient:
    """The owner's program with every scope."""
    return caller()
