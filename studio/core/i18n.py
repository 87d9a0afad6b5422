"""Words for people, where no web framework is at hand: engine, checks, expressions, services.

English sentences are the keys of the catalogues. app.py joins in Flask-Babel; without it, in a pure test for example,
the English stands. Pages and forms use Flask-Babel itself.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Translate = Callable[[str], str]
_translate: Translate = str
_now: ContextVar[Translate | None] = ContextVar("studio_translate", default=None)
"""Goes before `_translate`, where something is written to somebody (core/speaking.py)."""


def use(translate: Translate) -> None:
    """Look sentences up in this way from now on."""
    global _translate  # noqa: PLW0603 - one process speaks through one set of catalogues
    _translate = translate


@contextmanager
def looking_up(translate: Translate) -> Iterator[None]:
    """Look sentences up in this way within the block, in this thread."""
    before = _now.set(translate)
    try:
        yield
    finally:
        _now.reset(before)


def gettext(sentence: str, /, **values: object) -> str:
    """The sentence in the reader's language, with its `%(name)s` filled in."""
    found = (_now.get() or _translate)(sentence) if sentence else ""  # a catalogue has its own head under the empty key
    return found % values if values else found


def marked(sentence: str) -> str:
    """The sentence itself: marks one that is looked up later, where it is shown."""
    return sentence


def each(sentences: Mapping[str, str]) -> dict[str, str]:
    """Many sentences by key, each in the reader's language."""
    return {key: gettext(sentence) for key, sentence in sentences.items()}


SCHEMA_WORDS = ("title", "description", "x-label")
"""The keywords of a JSON Schema that people read."""


def schema(node: Any) -> Any:
    """A JSON Schema whose words are in the reader's language."""
    if isinstance(node, dict):
        return {
            name: gettext(below) if name in SCHEMA_WORDS and isinstance(below, str) and below else schema(below)
            for name, below in node.items()
        }
    return [schema(below) for below in node] if isinstance(node, list) else node


def schema_words(node: Any) -> Iterator[str]:
    """Every sentence that schema() looks up."""
    if isinstance(node, dict):
        for name, below in node.items():
            if name in SCHEMA_WORDS and isinstance(below, str) and below:
                yield below
            else:
                yield from schema_words(below)
    elif isinstance(node, list):
        for below in node:
            yield from schema_words(below)
