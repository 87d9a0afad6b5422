"""What an HTTP step can be told."""

from typing import Any, Literal, Self

from pydantic import model_validator

from studio.contract import declaring
from studio.contract.node import NodeConfig, help_
from studio.core.i18n import gettext as _

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
WITH_BODY = ["POST", "PUT", "PATCH", "DELETE"]
READING = ("GET", "HEAD")


class HttpSettings(NodeConfig):
    """What is sent where, and how Studio signs in there."""

    method: Method = help_("What to do there.", title="Method", default="POST", example="POST")
    url: str = help_(
        "Address of the other system, with http or https.",
        title="URL",
        template=True,
        example="https://erp.example.com/refunds",
        min_length=1,
        max_length=4_000,
    )
    query: dict[str, str] = help_(
        "Added to the address, safely written.",
        title="Query parameters",
        default={},
        example={"order": "{{ trigger.order.id }}"},
        template=True,
        widget="key-values",
        max_length=100,
    )
    headers: dict[str, str] = help_(
        "Sent along. Put passwords and tokens under “Sign in with” instead.",
        title="Headers",
        default={},
        example={"X-Shop": "north"},
        template=True,
        widget="key-values",
        max_length=100,
    )
    body_kind: Literal["json", "form", "text", "none"] = help_(
        "How the body is written.",
        title="Body is",
        default="json",
        example="json",
        show_if={"method": WITH_BODY},
    )
    body: Any = help_(
        "What is sent. With JSON, values in {{ … }} keep their type.",
        title="Body",
        default=None,
        example={"order": "{{ trigger.order.id }}"},
        template=True,
        widget="json",
        show_if={"method": WITH_BODY, "body_kind": ["json", "form", "text"]},
    )
    auth: Literal["none", "bearer", "basic", "header"] = help_(
        "How Studio signs in there.",
        title="Sign in with",
        default="none",
        example="bearer",
    )
    secret: str | None = help_(
        "Name of the secret to sign in with. For “basic” it holds user:password.",
        title="Secret",
        default=None,
        example="erp-token",
        widget="secret",
        show_if={"auth": ["bearer", "basic", "header"]},
        max_length=120,
    )
    auth_header: str = help_(
        "The header that carries the secret.",
        title="Header name",
        default="X-Api-Key",
        example="X-Api-Key",
        show_if={"auth": "header"},
        pattern=r"^[A-Za-z0-9-]{1,80}$",
    )
    if_unknown: Literal["repeat", "review"] = help_(
        "When the connection breaks after the request was sent, nobody knows whether it was carried out. "
        "“repeat”: the other system honours the Idempotency-Key, so send it again. “review”: stop and ask.",
        title="If the outcome is unknown",
        default="review",
        example="repeat",
        show_if={"method": WITH_BODY},
        group=declaring.SAFETY,
    )
    max_kib: int = help_(
        "A longer answer fails the step, in KiB.",
        title="Longest answer",
        default=1_024,
        example=1_024,
        ge=1,
        le=4_000,
        group=declaring.SAFETY,
    )
    protects: str = declaring.action_field()
    protected_facts: dict[str, str] = declaring.facts_field("{{ trigger.amount }}")

    @model_validator(mode="after")
    def _signs_in_with_something(self) -> Self:
        if self.auth != "none" and not self.secret:
            raise ValueError(_("Choose the secret to sign in with, or set “Sign in with” to “none”."))
        return self
