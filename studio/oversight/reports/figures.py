"""What is counted of a day, and sums of days. Pure: all of it adds up, so a month is the sum of its days."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(slots=True)
class Load:
    """One approver."""

    answered: int = 0
    waited_s: int = 0
    """Seconds from being asked to answering, all answers together."""
    timed: int = 0
    """Answers of which that is known."""
    worked_s: int = 0
    """The same in working time."""
    worked: int = 0

    def add(self, other: "Load") -> None:
        """Add another day's."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Figures:
    """What happened between two moments."""

    approved: dict[str, Decimal] = field(default_factory=dict)
    """By currency, exact; an amount without one stands under the empty text."""
    declined: dict[str, Decimal] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    """How requests ended, by outcome."""
    in_time: int = 0
    """Requests with a deadline (which their calendar counts) that people answered by then."""
    late: int = 0
    """Those whose deadline came first."""
    undated: int = 0
    """Answered, without a deadline."""
    load: dict[str, Load] = field(default_factory=dict)
    """By id of a person."""
    failures: Counter[str] = field(default_factory=Counter)
    """Runs that failed, by code of the cause."""
    proofs: Counter[str] = field(default_factory=Counter)
    """Step-ups, bypasses, by audit action."""
    workflows: Counter[str] = field(default_factory=Counter)
    """Runs that were started, by id of their workflow."""

    def add(self, other: "Figures") -> None:
        """Add another day's."""
        for own, more in ((self.approved, other.approved), (self.declined, other.declined)):
            for currency, amount in more.items():
                own[currency] = own.get(currency, Decimal()) + amount
        for name in ("outcomes", "failures", "proofs", "workflows"):
            getattr(self, name).update(getattr(other, name))
        self.in_time += other.in_time
        self.late += other.late
        self.undated += other.undated
        for person, load in other.load.items():
            self.load.setdefault(person, Load()).add(load)

    def pay(self, into: str, amount: str | None, currency: str | None) -> None:
        """Add an amount to what was `approved` or `declined`. What is no number is no money."""
        value = decimal(amount)
        if value is not None:
            sums: dict[str, Decimal] = getattr(self, into)
            key = currency or ""
            sums[key] = sums.get(key, Decimal()) + value

    def written(self) -> dict[str, Any]:
        """As JSON, amounts as text."""
        return {
            "approved": {currency: str(amount) for currency, amount in self.approved.items()},
            "declined": {currency: str(amount) for currency, amount in self.declined.items()},
            "in_time": self.in_time,
            "late": self.late,
            "undated": self.undated,
            "load": {
                person: {name: getattr(load, name) for name in Load.__slots__} for person, load in self.load.items()
            },
            **{name: dict(getattr(self, name)) for name in ("outcomes", "failures", "proofs", "workflows")},
        }

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Figures":
        """What `written` wrote."""
        return cls(
            approved={currency: Decimal(amount) for currency, amount in said["approved"].items()},
            declined={currency: Decimal(amount) for currency, amount in said["declined"].items()},
            in_time=said["in_time"],
            late=said["late"],
            undated=said["undated"],
            load={person: Load(**load) for person, load in said["load"].items()},
            **{name: Counter(said[name]) for name in ("outcomes", "failures", "proofs", "workflows")},
        )


def decimal(text: str | None) -> Decimal | None:
    """An amount; None where there is none, or it is no number."""
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None
