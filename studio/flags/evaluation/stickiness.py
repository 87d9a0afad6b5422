"""What makes the same user get the same answer: the field whose text is hashed, or chance."""

from dataclasses import dataclass
from typing import Self

from studio.flags.evaluation.context import Context

_DEFAULT = ("userId", "sessionId")


@dataclass(frozen=True, slots=True)
class Stickiness:
    """The first of `fields` that the context has; `chance` says whether a number is drawn where it has none."""

    fields: tuple[str, ...]
    chance: bool

    @classmethod
    def of_rollout(cls, name: str) -> Self:
        """A rollout sticky on a field that is missing leaves the user out."""
        if name == "random":
            return cls((), chance=True)
        return cls(_DEFAULT, chance=True) if name == "default" else cls((name,), chance=False)

    @classmethod
    def of_variants(cls, name: str) -> Self:
        """Somebody who gets a variant gets one of them in any case."""
        if name == "random":
            return cls((), chance=True)
        return cls(_DEFAULT if name == "default" else (name,), chance=True)

    def find(self, context: Context) -> tuple[str, str] | None:
        """Field and text to hash; None: the context has none of the fields."""
        for field in self.fields:
            text = context.get(field)
            if text is not None:
                return field, text
        return None
