"""What is wrong with a form of rules, where its rows look for it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.errors import FieldProblem

_ROW = re.compile(r"(strategies|variants|constraints|steps|guardrails)\.\d+")


@dataclass(frozen=True, slots=True)
class Said:
    """Problems of one form, by the path of the document's field: `strategies.0.constraints.1.values`."""

    problems: Sequence[FieldProblem] = ()

    def path(self, start: str, number: int) -> str:
        """Of a condition's row: `start` is where its fields stand, `s.0.` or nothing."""
        return f"strategies.{start.split('.')[1]}.constraints.{number}" if start else f"constraints.{number}"

    def at(self, path: str) -> str:
        """Of one field."""
        return " ".join(one.message for one in self.problems if one.path == path)

    def below(self, path: str) -> str:
        """Of a row and all in it."""
        return " ".join(one.message for one in self.problems if _within(one.path, path))

    def of_strategy(self, number: int) -> str:
        """Of a rule, without its conditions, which say it themselves."""
        mine, theirs = f"strategies.{number}", f"strategies.{number}.constraints."
        return " ".join(
            one.message for one in self.problems if _within(one.path, mine) and not _is_row(one.path, theirs)
        )

    def above(self) -> list[str]:
        """What belongs to no row."""
        return [one.message for one in self.problems if not _ROW.match(one.path)]


def _within(path: str, row: str) -> bool:
    return path == row or path.startswith(f"{row}.")


def _is_row(path: str, start: str) -> bool:
    return path.startswith(start)
