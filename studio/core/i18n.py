"""Words for people, where no web framework is at hand: engine, checks, expressions, services.

English sentences are the keys of the catalogues. app.py joins in Flask-Babel; without it, in a pure test for example,
the English stands. Pages and forms use Flask-Babel itself.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Translate = Callable[[str], str]
Count = Callable[..., str]
"""Gives one of two sentences, or its translation, filled in: the singular, the plural, how many, `**values`."""


def _english() -> str:
    return "en"


def _counted(one: str, many: str, count: int, /, **values: object) -> str:
    return (one if count == 1 else many) % {"num": count, **values}


_ways: tuple[Translate, Count] = (str, _counted)
_now: ContextVar[tuple[Translate, Count] | None] = ContextVar("studio_translate", default=None)
"""Goes before `_ways`, where something is written to somebody (core/speaking.py)."""
_locale: Callable[[], str] = _english


def use(translate: Translate, count: Count, locale: Callable[[], str]) -> None:
    """Look sentences up, and what language they are for, in these ways from now on."""
    global _ways, _locale
    _ways, _locale = (translate, count), locale


@contextmanager
def looking_up(translate: Translate, count: Count = _counted) -> Iterator[None]:
    """Look sentences up in these ways within the block, in this thread."""
    before = _now.set((translate, count))
    try:
        yield
    finally:
        _now.reset(before)


def gettext(sentence: str, /, **values: object) -> str:
    """The sentence in the reader's language, with its `%(name)s` filled in."""
    found = (_now.get() or _ways)[0](sentence) if sentence else ""  # a catalogue has its own head under the empty key
    return found % values if values else found


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """The sentence that fits a count, in the reader's language. `%(num)s` in it is the count, unless it is given."""
    return (_now.get() or _ways)[1](one, many, count, **values)


def locale() -> str:
    """The reader's, such as `de` or `de_AT`; `en` where a worker says something, whom nobody reads yet."""
    return _locale()


def marked(sentence: str) -> str:
    """The sentence itself: marks one that is looked up later, where it is shown."""
    return sentence


def each(sentences: Mapping[str, str]) -> dict[str, str]:
    """Many sentences by key, each in the reader's language."""
    return {key: gettext(sentence) for key, sentence in sentences.items()}


SCHEMA_WORDS = ("title", "description", "x-label", "x-group")
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
