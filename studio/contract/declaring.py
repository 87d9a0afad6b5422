"""Steps whose author says which protected action they carry out: their fields, and what those say by a raw config."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import help_
from studio.contract.references import TARGET, Reference
from studio.core.i18n import marked

SAFETY = marked("Safety")
"""Heading of what keeps a call from doing harm."""


def action_field() -> Any:
    """`protects`: the action."""
    return help_(
        "The protected action that this call carries out, such as refund.make. What its policies ask for then has to "
        "have been there before. Empty: none.",
        title="Protected action",
        default="",
        example="refund.make",
        pattern=r"^([a-z][a-z_]*(\.[a-z0-9][a-z0-9_]*)*)?$",
        max_length=80,
        group=SAFETY,
    )


def facts_field(amount: str) -> Any:
    """`protected_facts`: what is known of it. `amount`: an example of one, as a template."""
    return help_(
        "What its policies compare: the amount of a refund, for example. A policy holds for what is not said here.",
        title="Known of it",
        default={},
        example={"amount": amount},
        template=True,
        widget="key-values",
        max_length=20,
        group=SAFETY,
    )


def action_of(config: Mapping[str, Any]) -> str | None:
    """Whatever its author says that the call does; None: nothing that is protected."""
    return str(config.get("protects") or "") or None


def facts_of(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """What its author says is known of it."""
    known = config.get("protected_facts")
    return known if isinstance(known, Mapping) else {}


def references(config: Mapping[str, Any]) -> list[Reference]:
    """The action by its name, which has to be there."""
    target = action_of(config)
    return [Reference("config.protects", TARGET, target)] if target else []
