"""Fields that several actions ask alike."""

from typing import Any

from studio.contract.node import help_


def order_field() -> Any:
    """Which order."""
    return help_(
        "Its name, such as #1001, or its id.", title="Order", example="{{ trigger.order.number }}", template=True,
        min_length=1, max_length=200,
    )  # fmt: skip


def variant_field() -> Any:
    """Which variant."""
    return help_(
        "The variant's stock keeping unit (SKU), or its id.", title="Product", example="MUG", template=True,
        min_length=1, max_length=200,
    )  # fmt: skip


def currency_field() -> Any:
    """In which currency."""
    return help_(
        "The shop's own; an amount in another is refused.", title="Currency", example="EUR", template=True,
        min_length=3, max_length=40,
    )  # fmt: skip
