"""Stripe: payments, by its REST API. What is proved of it is said in docs/connectors.md."""

from collections.abc import Mapping
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definition import Account, Connector, Field
from studio.connectors.definitions.stripe.actions.customer_note import CustomerNote
from studio.connectors.definitions.stripe.actions.payment import ReadPayment
from studio.connectors.definitions.stripe.actions.refund import Refund
from studio.connectors.definitions.stripe.asking import get
from studio.connectors.definitions.stripe.hooks import HOOKS
from studio.connectors.signing_in import api_key
from studio.core.i18n import marked


def _base_url(settings: Mapping[str, Any]) -> str:
    return str(settings.get("base_url") or "https://api.stripe.com").rstrip("/")


def _probe(api: Api) -> Account:
    account = get(api, "/v1/account")
    profile = account.get("business_profile") or {}
    return Account(account["id"], str(profile.get("name") or account.get("email") or account["id"]))


CONNECTOR = Connector(
    key="stripe",
    title=marked("Stripe"),
    description=marked("Payments by Stripe: refunds, payments and customers."),
    icon="money",
    settings=(
        Field(name="base_url", title=marked("Address"), kind="url", required=False, example="https://api.stripe.com",
              help=marked("Empty: Stripe itself. Another address only for what speaks as Stripe does.")),
    ),
    auths=(
        api_key(
            prefix="Bearer ",
            title=marked("Secret key"),
            help_text=marked(
                "From Stripe under Developers, API keys. A restricted key (rk_…) is enough: it reads the account and "
                "payments, and writes refunds, customers and webhook endpoints, as far as your steps need it."
            ),
        ),
    ),
    base_url=_base_url,
    probe=_probe,
    actions=(Refund, ReadPayment, CustomerNote),
    hooks=HOOKS,
)  # fmt: skip
