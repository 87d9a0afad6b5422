"""Arithmetic with money, exact to the cent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from studio.contract.node import Context, Done, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.i18n import gettext as _
from studio.runtime import money

Amount = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=28)]
WITH_OTHER = ["add", "subtract", "compare"]
WITH_FACTOR = ["multiply", "percentage"]


class Money(NodeType):
    """Add, subtract, multiply, round and compare amounts of money without ever losing a cent."""

    key = "data.money"
    kind = Kind.DATA
    title = "Money"
    icon = "coins"
    sample = {"amount": "420.00", "currency": "EUR", "minor": 42000}

    class Config(NodeConfig):
        operation: Literal["add", "subtract", "multiply", "percentage", "round", "compare", "from_minor"] = help_(
            "“from minor” reads an amount in cents.", title="Do", default="round", example="add"
        )
        amount: Amount = help_(
            "A number, or a text such as 420.00.",
            title="Amount",
            expression="number",
            example="trigger.order.total",
        )
        other: Amount = help_(
            "What is added, taken away or compared with.",
            title="With",
            default=Decimal(0),
            expression="number",
            example="trigger.order.shipping",
            show_if={"operation": WITH_OTHER},
        )
        factor: Amount = help_(
            "How many times, or how many per cent.",
            title="By",
            default=Decimal(1),
            expression="number",
            example="19",
            show_if={"operation": WITH_FACTOR},
        )
        currency: str = help_(
            "Three letters. Empty: the workspace's.",
            title="Currency",
            default="",
            example="EUR",
            template=True,
            max_length=20,
        )
        rounding: Literal["half_up", "half_even", "up", "down"] = help_(
            "What happens to parts of a cent.",
            title="Rounding",
            default="half_up",
            example="half_up",
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return f"{config.get('operation', 'round')} {config.get('amount') or ''}".replace("_", " ").strip()

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        return {**cls.sample, "comparison": "more"} if config.get("operation") == "compare" else cls.sample

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        try:
            currency = money.currency(config.currency or ctx.run.currency)
            result = self._computed(config, currency)
            output = money.output(result, currency, config.rounding)
        except money.MoneyError as error:
            return Fail("money.value", _("%(error)s Nothing was computed.", error=error), field=error.field)
        if config.operation == "compare":
            output["comparison"] = "more" if result > 0 else "less" if result < 0 else "equal"
        return Done(output, note=f"{output['amount']} {currency}")

    def _computed(self, config: Config, currency: str) -> Decimal:
        match config.operation:
            case "add":
                return money.added(config.amount, config.other)
            case "subtract" | "compare":
                return money.added(config.amount, config.other.copy_negate())
            case "multiply":
                return money.times(config.amount, config.factor)
            case "percentage":
                return money.per_cent(config.amount, config.factor)
            case "from_minor":
                return money.from_minor(config.amount, currency)
            case _:
                return config.amount
