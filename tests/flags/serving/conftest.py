"""A shop with one environment and a program's key."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.factories.accounts import MadeTenant, make_tenant
from tests.factories.flag_rows import make_client_key, make_environment, put_state


@dataclass
class Shop:
    """What a client sees, and the tables behind it."""

    app: Any
    tenant: MadeTenant
    environment_id: UUID
    server: str
    frontend: str

    @property
    def database(self):
        return self.app.extensions["studio_database"]

    def put(self, *features: dict, segments: list | None = None) -> None:
        """What is there becomes all that there is, for this process at once."""
        put_state(self.database, self.tenant, self.environment_id, {"features": features, "segments": segments or []})
        self.forget()

    def forget(self) -> None:
        """As if a second had passed since the keys were looked up."""
        self.app.extensions["studio_flag_serving"].cache._keys.clear()

    def ask(self, path: str, key: str | None = None, **more):
        headers = {"Authorization": key if key is not None else self.server, **more.pop("headers", {})}
        return self.app.test_client().open(path, method=more.pop("method", "GET"), headers=headers, **more)


@pytest.fixture
def flag_shop(app) -> Shop:
    database = app.extensions["studio_database"]
    tenant = make_tenant(database)
    environment_id = make_environment(database, tenant)
    server = make_client_key(database, tenant, environment_id)
    return Shop(app, tenant, environment_id, server, make_client_key(database, tenant, environment_id, "frontend"))
