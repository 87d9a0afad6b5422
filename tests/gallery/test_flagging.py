"""A template that switches a flag brings it along, off everywhere, with its segment, and leaves alone what is there."""

import pytest
from flask import Flask
from sqlalchemy import select

from studio.core.errors import InvalidInput
from studio.core.unit_of_work import Database
from studio.flags.models import Flag, FlagSegment
from studio.flags.service import changing, environments
from studio.gallery import service
from tests.factories.accounts import MadeTenant, make_tenant
from tests.factories.connections import make_account
from tests.factories.flags import EVERYBODY, make_flag

SLUG = "flag-vip-early-access"


@pytest.fixture
def store() -> str:
    return "sqlite"


@pytest.fixture
def tenant(app: Flask, database: Database) -> MadeTenant:
    made = make_tenant(database)
    make_account(app, made, "vendure")
    return made


def flags(database: Database, tenant: MadeTenant) -> dict[str, tuple[int, bool]]:
    """Version, and whether it is on anywhere, by key."""
    with database.unit(tenant.id, read_only=True) as uow:
        found = uow.session.scalars(select(Flag)).all()
        places = environments.listed(uow)
        return {one.key: (one.version, any(changing.current(uow, one, at).enabled for at in places)) for one in found}


def test_its_flag_is_made_with_the_draft_once_and_is_off(app: Flask, database: Database, tenant: MadeTenant) -> None:
    for _twice in range(2):
        with database.unit(tenant.id, tenant["builder"].actor) as uow:
            service.use(uow, SLUG, {"flag": "soon"})
    assert flags(database, tenant) == {"soon": (1, False)}


def test_one_that_is_there_stays_as_it_is(app: Flask, database: Database, tenant: MadeTenant) -> None:
    version = make_flag(app, tenant, "new-checkout", on=["production"], strategies=[EVERYBODY]).version
    with database.unit(tenant.id, tenant["builder"].actor) as uow:
        service.use(uow, SLUG, {"flag": "new-checkout"})
    assert flags(database, tenant) == {"new-checkout": (version, True)}


@pytest.mark.parametrize("key", ["", "two words", "-first", "k" * 101])
def test_what_is_no_key_is_refused_at_its_question(database: Database, tenant: MadeTenant, key: str) -> None:
    with pytest.raises(InvalidInput) as refused, database.unit(tenant.id, tenant["builder"].actor) as uow:
        service.use(uow, SLUG, {"flag": key})
    assert [one.path for one in refused.value.problems] == ["answers.flag"]
    assert flags(database, tenant) == {}


def test_its_segment_is_made_with_the_draft_once_and_means_nobody(database: Database, tenant: MadeTenant) -> None:
    for _twice in range(2):
        with database.unit(tenant.id, tenant["builder"].actor) as uow:
            service.use(uow, "governed-refund", {})
    with database.unit(tenant.id, read_only=True) as uow:
        [made] = uow.session.scalars(select(FlagSegment)).all()
        assert (made.name, made.version) == ("Refunded customers", 1)
        assert made.constraints == [{"contextName": "userId", "operator": "IN", "values": []}]
    assert flags(database, tenant) == {"refund-goodwill": (1, False)}
