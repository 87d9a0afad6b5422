"""Flags that a flag depends on: each has to be as wanted. One level counts, as in Unleash."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from studio.flags.evaluation.constraints import Test, never
from studio.flags.evaluation.context import Context
from studio.flags.evaluation.documents import Dependency
from studio.flags.evaluation.facts import Fact, ParentChecked, ParentDepends, ParentMissing
from studio.flags.evaluation.variants import EvaluatedVariant


class Parent(Protocol):
    """A compiled flag, as its children see it."""

    depends: bool

    def test(self, context: Context, /) -> bool:
        """Whether it is on."""

    def choose(self, context: Context, /) -> EvaluatedVariant:
        """Which variant it gives."""

    def look(self, context: Context, /) -> tuple[EvaluatedVariant, tuple[Fact, ...]]:
        """The same, with how it came about."""


@dataclass(frozen=True, slots=True)
class Bond:
    """One dependency and the flag it names."""

    dependency: Dependency
    parent: Parent | None

    def test(self) -> Test:
        """Whether the parent is as wanted. Variants count only where the parent is to be on."""
        parent, wanted = self.parent, self.dependency
        if parent is None or parent.depends:
            return never
        if not wanted.enabled:
            return lambda context: not parent.test(context)
        if not wanted.variants:
            return parent.test
        names = frozenset(wanted.variants)

        def test(context: Context) -> bool:
            given = parent.choose(context)
            return given.feature_enabled and given.name in names

        return test

    def look(self, context: Context) -> tuple[bool, Fact]:
        """The verdict, with what the parent said."""
        parent, wanted = self.parent, self.dependency
        if parent is None:
            return False, ParentMissing(wanted.feature)
        if parent.depends:
            return False, ParentDepends(wanted.feature)
        given, facts = parent.look(context)
        passed = given.feature_enabled == wanted.enabled
        if wanted.enabled and wanted.variants:
            passed = passed and given.name in wanted.variants
        told = ParentChecked(
            wanted.feature,
            wanted.enabled,
            given.feature_enabled,
            wanted.variants,
            given.name,
            passed,
            facts,
        )
        return passed, told


def bonds(dependencies: tuple[Dependency, ...], features: Mapping[str, Parent]) -> tuple[Bond, ...]:
    """Each with its parent among `features`."""
    return tuple(Bond(one, features.get(one.feature)) for one in dependencies)
