"""Runs that another system starts by HTTP."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import model_validator

from studio.contract import gathering, repeats
from studio.contract.node import NodeConfig, TriggerType, help_
from studio.core.i18n import gettext as _
from studio.core.i18n import marked

Scheme = Literal["none", "standard-webhooks", "shopify", "stripe", "slack", "github", "hmac-sha256"]
SIGNED = ["standard-webhooks", "shopify", "stripe", "slack", "github", "hmac-sha256"]
DELIVERY_ID: Mapping[str, str] = {
    "standard-webhooks": "webhook-id",
    "shopify": "x-shopify-webhook-id",
    "github": "x-github-delivery",
}
"""The header in which a sender repeats the id of one delivery, small letters."""
EVENT_ID: Mapping[str, str] = {"stripe": "id", "slack": "event_id"}
"""The field of the body in which a sender without such a header repeats it."""
REQUESTS = marked("Requests and answers")
"""Heading of what is taken, and what is said to it."""
SAMPLE = {"order": {"id": "6021", "total": 420.0, "currency": "EUR", "customer": {"name": "Anna Keller"}}}


class Webhook(TriggerType):
    """Start a run for each request that arrives at a secret address.

    Its data is the body: JSON, or a form's fields. A request without a body brings its query's parameters.
    """

    key = "trigger.webhook"
    title = "Webhook"
    icon = "webhook"
    sample = SAMPLE

    class Config(NodeConfig):
        signature: Scheme = help_(
            "How the sender proves that a request is its own. A wrong signature starts nothing.",
            title="Signature",
            default="none",
            example="shopify",
        )
        secret: str | None = help_(
            "Name of the secret that the sender signs with.",
            title="Signing secret",
            default=None,
            example="shopify-webhook",
            widget="secret",
            show_if={"signature": SIGNED},
            max_length=120,
        )
        other_secrets: list[str] = help_(
            "Names of secrets that count as well, so that the sender can change its secret without losing requests.",
            title="Also accepted",
            default=[],
            example=["shopify-webhook-old"],
            show_if={"signature": SIGNED},
            max_length=4,
        )
        header: str = help_(
            "The header that carries the signature: HMAC-SHA256 over the body, as hex or base64.",
            title="Signature header",
            default="X-Signature",
            example="X-Signature",
            show_if={"signature": "hmac-sha256"},
            pattern=r"^[A-Za-z0-9-]{1,80}$",
        )
        dedup_key: str | None = repeats.key_field(
            "Two requests with the same key within the window start one run. Empty: the sender's own id of the "
            "delivery, where it has one. May name trigger, headers and query.",
            title="Same delivery, if equal",
            example="trigger.order.id",
        )
        dedup_hours: int = repeats.hours_field()
        methods: list[Literal["POST", "PUT", "PATCH", "GET"]] = help_(
            "Other methods are refused.",
            title="Methods",
            default=["POST"],
            example=["POST"],
            min_length=1,
            max_length=4,
            group=REQUESTS,
        )
        content_types: list[Literal["json", "form"]] = help_(
            "What the body may be. Other kinds are refused.",
            title="Body",
            default=["json", "form"],
            example=["json"],
            min_length=1,
            max_length=2,
            group=REQUESTS,
        )
        answer: Literal["accepted", "result"] = help_(
            "“accepted” answers at once with the run's id; “result” waits for the run's end.",
            title="Answer",
            default="accepted",
            example="accepted",
            group=REQUESTS,
        )
        wait_s: int = help_(
            "The longest the sender is kept waiting, in seconds; then it gets the run's id.",
            title="Wait at most",
            default=10,
            example=10,
            show_if={"answer": "result"},
            ge=1,
            le=30,
            group=REQUESTS,
        )
        gather: gathering.Gather = gathering.gather_field()
        gather_key: str | None = gathering.gather_key_field()
        quiet_s: int = gathering.quiet_field()
        longest_s: int = gathering.longest_field()
        most: int = gathering.most_field()
        sample: Any = help_(
            "An example of what arrives: later steps are checked and completed against it.",
            title="Sample",
            default=None,
            example=SAMPLE,
            widget="json",
        )

        @model_validator(mode="after")
        def _signed_with_something(self) -> Self:
            if self.signature != "none" and not self.secret:
                raise ValueError(_("Choose the secret that the sender signs with, or set the signature to “none”."))
            return self

        @model_validator(mode="after")
        def _gathered_later(self) -> Self:
            if self.gather != "none" and self.answer == "result":
                raise ValueError(_("A sender cannot wait for the result of events that are gathered first."))
            return self

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        signature = config.get("signature", "none")
        sender = _("Any sender") if signature == "none" else f"Signed: {signature}"
        return " · ".join(part for part in (sender, gathering.summary(config)) if part)

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        return gathering.sample_of(config.get("gather"), config.get("sample"))
