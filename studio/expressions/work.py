"""What one evaluation may still produce: the memory bound of text and list functions.

The engine bounds loop steps but not memory. Every function that makes its result longer than
its input therefore runs here, in Python, and pays for what it makes from one budget.
"""

import threading

from studio.core.i18n import gettext as _
from studio.expressions.limits import MAX_TEXT_WORK


class Fault(ValueError):
    """A function cannot work with its arguments; carries code and sentence through the engine."""

    MARK = "\x1f"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{self.MARK}{code}{self.MARK}{message}{self.MARK}")

    @classmethod
    def read(cls, text: str) -> tuple[str, str] | None:
        """Code and sentence out of the engine's error text, None where it is not ours."""
        parts = text.split(cls.MARK)
        return (parts[1], parts[2]) if len(parts) >= 4 else None


class _Budget(threading.local):
    left = MAX_TEXT_WORK

    def __init__(self) -> None:
        self.lists: dict[int, list[object]] = {}


_budget = _Budget()


def begin() -> None:
    """Fill the budget of this thread: once at the start of each evaluation."""
    _budget.left = MAX_TEXT_WORK
    if _budget.lists:
        _budget.lists.clear()


def spend(amount: int) -> None:
    """Pay for a result before it is made. Raises Fault when the budget is used up."""
    _budget.left -= amount
    if _budget.left < 0:
        raise Fault(
            "expression.too_large",
            _("The expression makes too much text. Use fewer entries or shorter texts."),
        )


def begin_list(number: int) -> bool:
    """Start the list that a ``map`` or ``filter`` builds; each has a number in its program."""
    _budget.lists[number] = []
    return True


def push(number: int, _going: bool, entry: object) -> bool:  # noqa: FBT001 (the engine calls it)
    """Add an entry. An error in an earlier turn keeps this from being called."""
    _budget.lists[number].append(entry)
    return True


def end_list(number: int, _going: bool) -> list[object]:  # noqa: FBT001 (the engine calls it)
    """Hand the list out."""
    return _budget.lists.pop(number)
