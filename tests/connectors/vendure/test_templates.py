"""Templates from a shop's own event to what is done there: a real shop, a whole Studio, and nothing between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from studio.accounts.demo import Credentials
from studio.accounts.outcomes import Role
from studio.approvals import service as approvals
from studio.approvals.models import Request
from studio.approvals.outcomes import Outcome, RequestState
from studio.builder.service import drafts, whole
from studio.connectors.definition import Account
from studio.connectors.service import authorising, creating
from studio.core.actor import Actor, ActorType
from studio.core.models import LocalMail
from studio.core.unit_of_work import UnitOfWork
from studio.gallery import service
from studio.runtime.models import Run, Workflow
from studio.runtime.service import subscriptions
from tests.counterparts.vendure.shop import Shop
from tests.e2e.studio import Studio, running_studio
from tests.faults.drill import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PATIENCE_S = 90.0
"""The shop tells by its own queue, on a machine that may do other things."""
TEMPLATES = {
    "price-below-cost": {"margin": "5"},
    "vip-customer-tier": {"silver": "100", "gold": "5000"},
    "shop-too-many-pieces": {"most": "10"},
}


@dataclass
class Merchant:
    """People with a shop, and templates that are used with it."""

    app: Flask
    people: list[Credentials]
    workflows: dict[str, Workflow]
    studio: Studio | None = None

    def unit(self, role: Role = Role.OWNER) -> Any:
        """A unit of work of somebody with that seat."""
        person = next(one for one in self.people if one.role is role)
        actor = Actor(ActorType.USER, str(person.user_id), person.name, person.user_id, person.role.value)
        return self.app.extensions["studio_database"].unit(person.workspace_id, actor)

    def finished(self, slug: str, title: str) -> bool:
        """Whether a run of a template with this title is through."""
        with self.unit() as uow:
            states = uow.session.scalars(
                select(Run.state).where(Run.workflow_id == self.workflows[slug].id, Run.title == title)
            )
            return "succeeded" in list(states)

    def asked(self) -> Request | None:
        """What waits for a decision."""
        with self.unit() as uow:
            return uow.session.scalar(select(Request).where(Request.state == RequestState.PENDING))

    def decline(self, request: Request, reason: str) -> None:
        """Who is asked says no."""
        with self.unit(Role.APPROVER) as uow:
            approvals.decide(uow, request.id, Outcome.DECLINED, shown=request.payload_hash, reason=reason)


@pytest.fixture(scope="module")
def merchant(shop: Shop) -> Iterator[Merchant]:
    """One Studio for all templates of this module."""
    made: list[Merchant] = []

    def furnish(app: Flask, people: list[Credentials]) -> None:
        one = Merchant(app, people, {})
        with one.unit() as uow:
            _connect(uow, app, shop)
        for slug, answers in TEMPLATES.items():
            with one.unit() as uow:
                one.workflows[slug] = _publish(uow, app, slug, answers)
        made.append(one)

    with running_studio(allowed=shop.url.removeprefix("http://"), furnish=furnish) as studio:
        [one] = made
        one.studio = studio
        yield one
    shop.silence()


def _connect(uow: UnitOfWork, app: Flask, shop: Shop) -> None:
    row = creating.create(
        uow, connector_key="vendure", title="Main shop", auth="api_key", settings={"base_url": shop.url},
        environment="test",
    )  # fmt: skip
    tried = authorising.trial(row, {"api_key": shop.api_key()})
    authorising.accept(uow, app.extensions["studio_keyring"], row, tried, Account("1", "Main shop"))


def _publish(uow: UnitOfWork, app: Flask, slug: str, answers: dict[str, Any]) -> Workflow:
    workflow = service.use(uow, slug, answers)
    draft = drafts.current(uow, workflow)
    whole.publish(uow, app.extensions["studio_keyring"], workflow, draft.revision, "")
    return workflow


def _price(shop: Shop, sku: str, cents: int) -> None:
    """Somebody changes a price in the shop's own pages."""
    shop.admin(
        "mutation ($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }",
        input=[{"id": shop.seeded.variants[sku], "price": cents}],
    )


def test_a_price_below_cost_is_put_back_in_the_shop_after_a_no(merchant: Merchant, shop: Shop) -> None:
    eventually(lambda: shop.admin("{ webhooks { id } }"), timeout=PATIENCE_S)
    slug = "price-below-cost"
    with merchant.unit() as uow:
        rows = {row.node_key: row for row in subscriptions.of_workflow(uow, merchant.workflows[slug].id)}
        address = subscriptions.address(merchant.app.extensions["studio_keyring"], rows["costs"])
    assert merchant.studio is not None
    merchant.studio.deliver(f"{merchant.studio.url}/hooks/{address}", {"items": [{"sku": "MUG", "cost": "10.00"}]})
    eventually(lambda: merchant.finished(slug, "Costs"), timeout=PATIENCE_S)

    _price(shop, "MUG", 1500)
    eventually(lambda: merchant.finished(slug, "Prices of Mug, blue"), timeout=PATIENCE_S)
    _price(shop, "MUG", 450)
    request = eventually(merchant.asked, timeout=PATIENCE_S)
    assert request.title == "Sell Mug, blue (MUG) for €4.50, with less than 5 % margin"
    assert shop.variant("MUG")["priceWithTax"] == 450
    merchant.decline(request, "A typing error")
    eventually(lambda: shop.variant("MUG")["priceWithTax"] == 1500, timeout=PATIENCE_S)
    _price(shop, "MUG", 1490)


def test_an_order_of_too_many_pieces_is_held_paid_back_and_cancelled_there_after_a_no(
    merchant: Merchant, shop: Shop
) -> None:
    eventually(lambda: shop.admin("{ webhooks { id } }"), timeout=PATIENCE_S)
    order = shop.place_order("MUG", 11)
    request = eventually(merchant.asked, timeout=PATIENCE_S)
    assert request.title.endswith("Mug, blue to Anna Keller")
    assert shop.order(order.id)["state"] == "Modifying"
    merchant.decline(request, "A reseller")
    eventually(lambda: shop.order(order.id)["state"] == "Cancelled", timeout=PATIENCE_S)
    [payment] = shop.order(order.id)["payments"]
    assert [(one["total"], one["state"]) for one in payment["refunds"]] == [(order.total, "Settled")]


def test_an_order_that_makes_somebody_silver_is_tagged_in_the_shop(merchant: Merchant, shop: Shop) -> None:
    eventually(lambda: shop.admin("{ webhooks { id } }"), timeout=PATIENCE_S)
    email = "silver@example.com"
    # Right after one another: their runs go one after the other, or the second would not know what the first has added.
    first = shop.place_order("SHIRT-S", 1, email=email)
    second = shop.place_order("SHIRT-S", 2, email=email)
    eventually(lambda: shop.order(second.id)["customFields"]["tags"] == ["silver"], timeout=PATIENCE_S)
    assert not shop.order(first.id)["customFields"]["tags"]

    def told() -> Any:
        with merchant.unit() as uow:
            return [mail.subject for mail in uow.session.scalars(select(LocalMail)) if email in mail.text]

    assert eventually(told, timeout=PATIENCE_S) == ["Anna Keller is now silver"]
