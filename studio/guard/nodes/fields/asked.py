"""What somebody is asked at a gate, who proves it, and until when."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import model_validator

from studio.contract.node import NodeConfig, help_
from studio.core.i18n import gettext as _

Who = Literal["person", "starter", "approver"]


class Protecting(NodeConfig):
    """Before which protected action."""

    protects: str = help_(
        "The protected action that follows, such as refund.make: its policies say what is asked for.",
        title="Protected action",
        example="refund.make",
        pattern=r"^[a-z][a-z_]*(\.[a-z0-9][a-z0-9_]*)*$",
        max_length=80,
    )


class Asked(NodeConfig):
    """What it is about, in words and data."""

    what: str = help_(
        "What whoever is asked reads, in one sentence.",
        title="What it is about",
        template=True,
        example="Refund {{ trigger.refund.amount }} to {{ trigger.customer.name }}",
        min_length=1,
        max_length=300,
    )
    facts: dict[str, str] = help_(
        "Shown with it, and bound: what is obtained here counts for exactly these values. Name them as the protected "
        "step does under “Known of it”.",
        title="Shown and bound",
        default={},
        example={"amount": "{{ trigger.refund.amount }}"},
        template=True,
        widget="key-values",
        max_length=20,
    )
    within_s: int = help_(
        "How long there is to answer. After that the run goes on behind “expired”.",
        title="Answer within",
        default=86_400,
        example=86_400,
        widget="duration",
        ge=60,
        le=31 * 86_400,
    )


class Prover(NodeConfig):
    """Who proves who they are."""

    who: Who = help_(
        "person: the one named below. starter: whoever started the run by hand. approver: whoever approved last in "
        "this run, or, where nobody did, whoever started it.",
        title="Who proves it",
        example="starter",
    )
    person: str = help_(
        "Their e-mail address; they need a seat in this workspace.",
        title="Person",
        default="",
        template=True,
        example="jonas@example.com",
        show_if={"who": "person"},
        max_length=254,
    )

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.who == "person" and not self.person.strip():
            raise ValueError(_("Say who has to prove who they are."))
        return self


def summary(config: Mapping[str, Any]) -> str:
    """Who is asked, by a raw config."""
    words = {"starter": _("Whoever started the run"), "approver": _("Whoever approved last")}
    return words.get(str(config.get("who")), str(config.get("person") or ""))
