"""Limits of so many hold when two ask at the same moment: whoever comes second counts what the first one adds."""

from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any
from uuid import UUID

import pytest

from studio.approvals import askers
from studio.approvals.requesting import adhoc
from studio.approvals.requesting.adhoc import PersonAsk
from studio.approvals.service import calendars
from studio.builder.backtest import service as backtests
from studio.builder.backtest.outcomes import Wanted as Tried
from studio.builder.shadow import service as shadows
from studio.builder.shadow.outcomes import Beside
from studio.connectors.library import importing
from studio.connectors.service import creating
from studio.core.errors import Conflict
from studio.core.unit_of_work import UnitOfWork
from studio.flags.serving import keys
from studio.oversight.evidence import service as packs
from studio.oversight.evidence.outcomes import Kind
from studio.oversight.evidence.wanted import Wanted
from studio.oversight.reviews import starting
from studio.oversight.reviews.outcomes import Scope, Silence
from studio.oversight.reviews.policy import Reviewers
from studio.oversight.run_exports import service as exports
from studio.oversight.run_exports.outcomes import Format
from studio.runtime.history.filters import RunFilter
from studio.runtime.models import Workflow
from studio.runtime.sources import service as sources
from tests.builder.test_backtest import orders
from tests.factories.accounts import make_tenant
from tests.factories.approvals import listen, make_request
from tests.factories.connections import described_api
from tests.factories.flag_rows import make_environment
from tests.factories.reviews import DUE_IN
from tests.factories.shadows import Live
from tests.factories.workflows import refunds

HELD_S = 0.4
"""How long the second has to come through while the first is still open: it is not to, so all of it is waited for."""


class World:
    """One workspace with what each of the limits is about."""

    def __init__(self, app) -> None:
        self.app, self.database = app, app.extensions["studio_database"]
        self.tenant = make_tenant(self.database)

    def unit(self, role: str = "owner"):
        return self.database.unit(self.tenant.id, self.tenant[role].actor)

    def two_drafts(self) -> list[UUID]:
        made = [Live(self.app, self.tenant, refunds(name=f"Refunds {number}")) for number in range(2)]
        for one in made:
            one.receive(orders(900.0))
            changed = refunds()
            changed["nodes"][1]["config"]["condition"] = "trigger.order.total > 1.0"
            one.draft(changed)
        return [one.workflow_id for one in made]


def of_backtests(world):
    ids = world.two_drafts()
    return lambda uow, number: backtests.begin(uow, uow.session.get(Workflow, ids[number]), Tried())


def of_shadows(world):
    ids = world.two_drafts()
    return lambda uow, number: shadows.begin(uow, uow.session.get(Workflow, ids[number]), Beside())


def of_exports(_world):
    return lambda uow, _number: exports.ask(uow, RunFilter(), Format.CSV)


def of_packs(world):
    listen()
    about = make_request(world.database, world.tenant, [world.tenant["approver"]])
    return lambda uow, _number: packs.ask(uow, Wanted(Kind.APPROVAL, about))


def of_reviews(world):
    whom = Reviewers((world.tenant["admin"].user_id,), "", False, {})
    return lambda uow, number: starting.start(
        uow, starting.Plan(f"Review {number}", Scope.ALL, Silence.KEEP, uow.now + DUE_IN, whom)
    )


def of_descriptions(_world):
    found = [described_api(f"Parcels {number}") for number in range(2)]
    return lambda uow, number: importing.keep(uow, importing.described(found[number]), found[number])


def of_connections(_world):
    return lambda uow, number: creating.create(
        uow, connector_key="http", title=f"Shop {number}", auth="api_key",
        settings={"base_url": "https://shop.example.com"},
    )  # fmt: skip


def of_keys(world):
    place = make_environment(world.database, world.tenant)
    return lambda uow, number: keys.make(uow, place, name=f"Shop {number}", kind="server")


def of_sources(world):
    keyring = world.app.extensions["studio_keyring"]
    return lambda uow, number: sources.open_(uow, keyring, f"Shop {number}", "trigger.webhook", {})


def of_requests(world):
    askers.register(askers.PERSON, askers.nobody)
    whom = [f"user:{world.tenant['approver'].email}"]
    return lambda uow, number: adhoc.ask(uow, PersonAsk(title=f"Camera {number}", approvers=whom))


def of_calendars(_world):
    week = [["09:00-17:00"], *[[] for _ in range(6)]]
    return lambda uow, number: calendars.create(uow, calendars.CalendarSave(f"Shop {number}", "UTC", week))


LIMITS: list[Any] = [
    (of_backtests, backtests, "MOST_AT_ONCE"),
    (of_shadows, shadows, "MOST_AT_ONCE"),
    (of_exports, exports, "AT_ONCE"),
    (of_packs, packs, "AT_ONCE"),
    (of_reviews, starting, "MOST_OPEN"),
    (of_descriptions, importing, "MOST"),
    (of_connections, creating, "MOST"),
    (of_keys, keys, "MOST"),
    (of_sources, sources, "MOST_SOURCES"),
    (of_requests, adhoc, "MOST_OPEN"),
    (of_calendars, calendars, "MOST"),
]


@pytest.fixture
def world(app):
    return World(app)


def beside(world, first, second):
    """What comes of the second, which begins after the first has added its row and before that is committed."""

    def try_it():
        try:
            with world.unit() as uow:
                return second(uow)
        except Conflict as error:
            return error

    with ThreadPoolExecutor(1) as pool:
        with world.unit() as uow:
            made = first(uow)
            other = pool.submit(try_it)
            wait([other], timeout=HELD_S)
        return made, other.result()


@pytest.mark.parametrize(("prepare", "module", "limit"), LIMITS, ids=[one[0].__name__[3:] for one in LIMITS])
def test_two_at_the_same_moment_are_not_one_too_many(world, monkeypatch, prepare, module, limit):
    make = prepare(world)
    monkeypatch.setattr(module, limit, 1)
    _first, second = beside(world, lambda uow: make(uow, 0), lambda uow: make(uow, 1))
    assert isinstance(second, Conflict), second


def test_of_two_first_calendars_one_is_the_default(world):
    make = of_calendars(world)
    first, second = beside(world, lambda uow: make(uow, 0).is_default, lambda uow: make(uow, 1).is_default)
    assert (first, second) == (True, False)


def test_a_button_pressed_twice_at_the_same_moment_asks_once(world):
    make = of_requests(world)

    def asked(uow: UnitOfWork) -> UUID:
        return make(uow, 0)

    first, second = beside(world, asked, asked)
    assert first == second
