"""Fields of steps and triggers that name a connection, and a part of it."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import help_
from studio.contract.references import Reference


def connection_field(text: str, *, example: str = "main-shop") -> Any:
    """`connection`, by its name; `text` says what it does here."""
    return help_(
        text, title="Connection", example=example, widget="connection", min_length=1, max_length=60
    )  # fmt: skip


def scope_field(text: str, *, title: str = "Channel, store or warehouse", template: bool = False) -> Any:
    """`scope`: a part of the account, by its name or the provider's id; `text` says what none means."""
    return help_(
        text, title=title, default="", example="outlet", template=template, widget="connection-scope", max_length=200
    )


def references(config: Mapping[str, Any]) -> list[Reference]:
    """The connection by its name, which has to be there."""
    named = config.get("connection")
    return [Reference("config.connection", "connection", named)] if isinstance(named, str) and named else []
