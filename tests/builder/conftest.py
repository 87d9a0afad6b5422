"""A workspace, its people's browsers, and the API of one workflow."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from studio.core.unit_of_work import Database
from tests.factories.accounts import MadeTenant, make_tenant, signed_in
from tests.factories.workflows import make_workflow
from tests.fixtures.client import StudioClient


@pytest.fixture
def tenant(database: Database) -> MadeTenant:
    return make_tenant(database)


@dataclass
class Api:
    """The editor's calls, as one person makes them."""

    client: StudioClient
    workflow_id: UUID

    @property
    def base(self) -> str:
        return f"/builder/api/workflows/{self.workflow_id}"

    def get(self, path: str) -> TestResponse:
        return self.client.get(self.base + path, headers={"Accept": "application/json"})

    def post(self, path: str, body: object) -> TestResponse:
        return self.client.post(self.base + path, json=body)

    def save(self, revision: int, document: object) -> TestResponse:
        return self.client.put(f"{self.base}/draft", json={"revision": revision, "document": document})


@pytest.fixture
def browser(app: Flask, tenant: MadeTenant):
    """A browser for a role."""
    return lambda role="builder": signed_in(app, tenant.id, tenant[role])


@pytest.fixture
def api(app: Flask, tenant: MadeTenant, browser) -> Api:
    """A builder at a workflow that was never published; its draft has revision 1."""
    return Api(browser(), make_workflow(app, tenant))
