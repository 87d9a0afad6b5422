"""A share of the users: each has a number from 1 to 100, and those up to the share are in."""

from collections.abc import Callable
from dataclasses import dataclass

import mmh3

from studio.flags.evaluation.context import Context
from studio.flags.evaluation.facts import Fact, ShareChecked
from studio.flags.evaluation.hashing import SHARES, STRATEGY_SEED, bucket, by_chance
from studio.flags.evaluation.stickiness import Stickiness

Draw = Callable[[], float]
"""A number from 0 up to, and without, 1."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """`share` in per cent. Raising it never takes anybody out, since nobody's number changes."""

    share: int
    group: str
    stickiness: Stickiness
    draw: Draw

    def look(self, strategy: int, context: Context) -> tuple[bool, tuple[Fact, ...]]:
        """The verdict, and how it came about."""
        found = self.stickiness.find(context)
        number = None
        if found is not None:
            number = bucket(self.group, found[1])
        elif self.stickiness.chance:
            number = by_chance(self.draw())
        passed = number is not None and number <= self.share
        name, text = found or ("" if self.stickiness.chance else self.stickiness.fields[0], None)
        return passed, (ShareChecked(strategy, self.share, number, self.group, name, text, passed),)

    def test(self) -> Callable[[Context], bool]:
        """The verdict alone, as fast as it can be said."""
        fields, share = self.stickiness.fields, self.share
        if len(fields) == 1 and not self.stickiness.chance:
            return _sticky(fields[0], f"{self.group}:", share)
        find, chance, draw, group = self.stickiness.find, self.stickiness.chance, self.draw, self.group

        def test(context: Context) -> bool:
            found = find(context)
            if found is not None:
                return bucket(group, found[1]) <= share
            return chance and by_chance(draw()) <= share

        return test


def _sticky(field: str, prefix: str, share: int) -> Callable[[Context], bool]:
    """The usual case without a call too many: this is what every request pays for each flag."""
    murmur = mmh3.hash

    def test(context: Context) -> bool:
        text = context.get(field)
        return text is not None and murmur(prefix + text, STRATEGY_SEED, False) % SHARES < share

    return test
