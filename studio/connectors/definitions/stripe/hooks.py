"""What Stripe tells of: payments by its checkout, and customers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definitions.stripe import money
from studio.connectors.definitions.stripe.asking import VERSION, change, each
from studio.connectors.errors import ApiError
from studio.connectors.hooks.events import ShopEvent
from studio.connectors.hooks.scheme import Hooks, Listed, Received, Registered, Topic, Wanted
from studio.connectors.hooks.shapes import Customer, Order

_ENDPOINTS = "/v1/webhook_endpoints"


def _order(received: Received) -> Order | None:
    """A checkout that was paid; one whose payment is still under way is told of again."""
    session = received.body["data"]["object"]
    if session["payment_status"] != "paid":
        return None
    currency = session["currency"].upper()
    return Order(
        id=session["id"], number=session.get("client_reference_id") or session["id"], state=session["payment_status"],
        placed_at=datetime.fromtimestamp(session["created"], UTC).isoformat(), currency=currency,
        total=money.text(session["amount_total"], currency), customer=_buyer(session),
    )  # fmt: skip


def _buyer(session: Any) -> Customer | None:
    details = session.get("customer_details") or {}
    known = session.get("customer") or details.get("email")
    if not known:
        return None
    first, last = _names(details.get("name"))
    return Customer(id=known, email=details.get("email"), phone=details.get("phone"), first_name=first, last_name=last)


def _customer(received: Received) -> Customer:
    customer = received.body["data"]["object"]
    gone = received.body["type"] == "customer.deleted"
    first, last = _names(customer.get("name"))
    return Customer(
        id=customer["id"], email=customer.get("email"), phone=customer.get("phone"), deleted=gone, first_name=first,
        last_name=last,
    )  # fmt: skip


def _names(name: str | None) -> tuple[str, str]:
    first, _, last = (name or "").rpartition(" ")
    return first or last, last if first else ""


def _register(api: Api, wanted: Wanted) -> Registered:
    events = {f"enabled_events[{number}]": topic for number, topic in enumerate(wanted.topics)}
    made = change(api, _ENDPOINTS, {"url": wanted.url, "description": "Studio", "api_version": VERSION, **events})
    return Registered(made["id"], made["secret"])


def _listed(api: Api) -> Sequence[Listed]:
    return [Listed(one["id"], one["url"], one.get("status") != "disabled") for one in each(api, _ENDPOINTS, {})]


def _remove(api: Api, identifier: str) -> None:
    try:
        api.call("DELETE", f"{_ENDPOINTS}/{identifier}")
    except ApiError as error:
        if error.answered != 404:
            raise


HOOKS = Hooks(
    signed="stripe",
    topics=(
        Topic("checkout.session.completed", ShopEvent.ORDER_PAID, _order),
        Topic("checkout.session.async_payment_succeeded", ShopEvent.ORDER_PAID, _order),
        Topic("customer.created", ShopEvent.CUSTOMER_CHANGED, _customer),
        Topic("customer.updated", ShopEvent.CUSTOMER_CHANGED, _customer),
        Topic("customer.deleted", ShopEvent.CUSTOMER_CHANGED, _customer),
    ),
    topic=lambda received: str(received.body["type"]),
    delivery_id=lambda received: str(received.body["id"]),
    register=_register,
    listed=_listed,
    remove=_remove,
)
