"""What shops tell, in one shape whatever the shop. Definitions fill these; a payload that does not fit is malformed."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from studio.core.deferred import Deferred

Money = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$")]
"""Decimal text in the currency's main unit: `420.00`. Digits of other scripts are none, and cost 700 KiB a pattern."""
Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""The provider's own."""


class Shape(Deferred):
    """Base of all shapes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Customer(Shape):
    """Who buys."""

    id: Id
    email: str | None = None
    first_name: str = ""
    last_name: str = ""
    phone: str | None = None
    deleted: bool = False


class Line(Shape):
    """One position of an order."""

    id: Id
    sku: str = ""
    name: str = ""
    quantity: int
    unit_price: Money | None = None
    total: Money | None = None


class Order(Shape):
    """What somebody has bought."""

    id: Id
    number: str
    """What people call it by."""
    state: str = ""
    """In the shop's own words."""
    placed_at: str | None = None
    """ISO 8601."""
    currency: str | None = None
    total: Money | None = None
    left_to_refund: Money | None = None
    """Paid, and not given back yet: also of a cancelled order, whose total is nothing. None: the shop does not tell."""
    quantity: int | None = None
    customer: Customer | None = None
    lines: list[Line] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)


class Refund(Shape):
    """Money that somebody is to get back."""

    id: Id
    state: str = ""
    amount: Money | None = None
    """None: the shop does not tell, such as of goods that somebody asks to return."""
    currency: str | None = None
    reason: str | None = None
    order: Order | None = None


class StockLevel(Shape):
    """How many there are at one place."""

    location: str
    on_hand: int
    allocated: int = 0


class Variant(Shape):
    """What is sold under one SKU."""

    id: Id
    sku: str = ""
    name: str = ""
    price: Money | None = None
    currency: str | None = None
    stock: list[StockLevel] = Field(default_factory=list)


class Product(Shape):
    """What is sold."""

    id: Id
    name: str = ""
    slug: str = ""
    enabled: bool | None = None
    deleted: bool = False
    variants: list[Variant] = Field(default_factory=list)
