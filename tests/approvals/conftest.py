"""A tenant whose people can be asked, and an asker that hears the end."""

import pytest

from studio.accounts.outcomes import Role
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadePerson, MadeTenant, make_person, make_tenant
from tests.factories.approvals import Heard, listen


@pytest.fixture
def tenant(database: Database) -> MadeTenant:
    return make_tenant(database, "Nordlicht Store")


@pytest.fixture
def jonas(tenant: MadeTenant, database: Database) -> MadePerson:
    return make_person(database, tenant.id, Role.APPROVER, "Jonas Weber")


@pytest.fixture
def lena(tenant: MadeTenant, database: Database) -> MadePerson:
    return make_person(database, tenant.id, Role.APPROVER, "Lena Vogt")


@pytest.fixture(autouse=True)
def heard() -> Heard:
    """Every request needs somebody who hears its end, whether a test listens or not."""
    return listen()
