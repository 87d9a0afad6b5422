"""A language that nobody speaks: every sentence of the catalogue in brackets, so that what stands outside of them is
a sentence that no catalogue knows.

It calls itself Japanese, whose dates, months and units hold no Latin letter that could be taken for a word of ours.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

LOCALE = "ja"
OPEN, CLOSE = "⟦", "⟧"
_SHOWN = ("title", "placeholder", "aria-label", "alt", "aria-description")
_SILENT = {"script", "style", "template", "code", "pre", "svg", "textarea", "kbd", "option-data"}
_WORD = re.compile(r"[A-Za-zÀ-ÿ]{3,}")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def write(source: Catalog, folder: Path) -> None:
    """Make the compiled catalogue of the pseudo-language under `folder`."""
    made = Catalog(locale=LOCALE, charset="utf-8")
    for message in source:
        if message.id:
            wrapped = f"{OPEN}{message.id[1] if isinstance(message.id, tuple) else message.id}{CLOSE}"
            made.add(message.id, (wrapped,) if isinstance(message.id, tuple) else wrapped)
    target = folder / LOCALE / "LC_MESSAGES"
    target.mkdir(parents=True)
    with (target / "messages.mo").open("wb") as file:
        write_mo(file, made)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._stack: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [value for name in _SHOWN if (value := given.get(name))]
        if tag == "input" and given.get("type") in ("submit", "button"):
            self.found.append(given.get("value") or "")
        if tag not in _VOID:
            silent = tag in _SILENT or given.get("translate") == "no" or given.get("lang") == "zxx"
            self._stack.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._stack:
            if self._stack.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(silent for _, silent in self._stack):
            self.found.append(data.strip())


def untranslated(html: str, known: list[str]) -> Iterator[str]:
    """What a reader would see in English: texts with a word outside of the brackets that is no data (`known`)."""
    reader = _Reader()
    reader.feed(html)
    for text in reader.found:
        left = outside(text)
        for data in known:
            left = left.replace(data, " ")
        if _WORD.search(left):
            yield " ".join(text.split())[:120]


def outside(text: str) -> str:
    """The text without what stands in brackets, which may stand in one another."""
    kept, depth = [], 0
    for letter in text:
        depth += letter == OPEN
        if depth == 0:
            kept.append(letter)
        depth -= letter == CLOSE
    return "".join(kept)
