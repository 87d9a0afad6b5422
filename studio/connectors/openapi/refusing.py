"""Why a document, or a part of it, is not taken."""

from collections.abc import Sequence

from studio.core.errors import InvalidInput

MAX_PATH = 300


class Unreadable(Exception):
    """One part of a document that cannot be used; the rest of it may be."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


def refused(code: str, words: str, where: Sequence[object] = ()) -> InvalidInput:
    """The whole document is refused; `where` leads to the place in it."""
    return InvalidInput(words, code=f"openapi.{code}", field=place(where))


def place(where: Sequence[object]) -> str:
    """A dotted path below `document`, as problems name it."""
    return ".".join(["document", *(str(part)[:100] for part in where)])[:MAX_PATH]
