"""Protected targets: actions that policies may stand before. Registered by being made, found by their folder."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from studio.contract.protecting.requirement import NOTHING, Requirement

_KEY = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)*\Z")
OWN = "own."
"""Keys of what a workspace protects itself begin so; they are rows, not in this registry."""

Kind = Literal["money", "percent", "number", "text", "boolean"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of an action when it is about to happen; conditions read it by its name."""

    name: str
    kind: Kind
    title: str
    example: Any
    """A sample, for completion and checks of conditions: amounts are decimal text."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The plain condition of a target: its policy holds above a number. What has no such number is above it."""

    fact: str
    title: str
    """The field's name on the policy's form: "Refunds above"."""
    unit: Literal["money", "percent"]


@dataclass(frozen=True, slots=True)
class Target:
    """One protected action."""

    key: str
    """`payout_account.change`; audit, steps and policies know it by this."""
    title: str
    """What is done, as a heading: "Payout account change"."""
    description: str
    """When it is met, in a sentence."""
    facts: tuple[Fact, ...] = ()
    limit: Limit | None = None
    """None: a policy may hold always, or by a condition over the facts."""
    default: Requirement = NOTHING
    """What holds where a workspace has no policy for it."""
    here: bool = True
    """Whether something in Studio does it; False: registered for what is to come, and for steps that say they do it."""
    steps: bool = True
    """Whether a step may say that it does this: an HTTP step that refunds."""
    sample: Mapping[str, Any] = field(init=False, default_factory=dict)
    """The facts' examples by name."""

    def __post_init__(self) -> None:
        """Register it. Raises ValueError on a bad or second key, or a limit on no fact."""
        if not _KEY.match(self.key) or self.key.startswith(OWN) or self.key in _registry:
            raise ValueError(f"protected target {self.key!r} is no name such as `refund.make`, or declared twice")
        if self.limit is not None and self.limit.fact not in {one.name for one in self.facts}:
            raise ValueError(f"{self.key}: its limit is on {self.limit.fact!r}, which is no fact of it")
        object.__setattr__(self, "sample", {one.name: one.example for one in self.facts})
        _registry[self.key] = self


_registry: dict[str, Target] = {}


def registry() -> Mapping[str, Target]:
    """Every target that Studio itself knows, by key."""
    return _registry


def target(key: str) -> Target | None:
    """One of them; None for a workspace's own and for unknown ones."""
    return _registry.get(key)
