"""A language that nobody speaks: every sentence of the catalogue in brackets, so that what stands outside of them is
a sentence that no catalogue knows.

It calls itself Japanese, whose dates, months and units hold no Latin letter that could be taken for a word of ours.
"""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from scripts.messages import POT, registered

LOCALE = "ja"
OPEN, CLOSE = "⟦", "⟧"
_SHOWN = ("title", "placeholder", "aria-label", "alt", "aria-description")
_SILENT = {"script", "style", "template", "code", "pre", "svg", "textarea", "kbd", "option-data"}
_WORD = re.compile(r"[A-Za-zÀ-ÿ]{3,}")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def write(folder: Path) -> None:
    """Make the compiled catalogue of the pseudo-language under `folder`."""
    target = folder / LOCALE / "LC_MESSAGES"
    target.mkdir(parents=True)
    (target / "messages.mo").write_bytes(_compiled())


@cache
def _compiled() -> bytes:
    """Of the committed catalogue, which a test of its own finds complete, and of what tests have registered since."""
    made = Catalog(locale=LOCALE, charset="utf-8")
    with POT.open("rb") as file:
        source = read_po(file)
    for _origin, sentence in registered():
        source.add(sentence)
    for message in source:
        if message.id:
            wrapped = f"{OPEN}{message.id[1] if isinstance(message.id, tuple) else message.id}{CLOSE}"
            made.add(message.id, (wrapped,) if isinstance(message.id, tuple) else wrapped)
    written = BytesIO()
    write_mo(written, made)
    return written.getvalue()


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


def texts(html: str) -> list[str]:
    """What a reader sees of a page, piece by piece."""
    reader = _Reader()
    reader.feed(html)
    return reader.found


def untranslated(html: str, known: list[str]) -> Iterator[str]:
    """What a reader would see in English: texts with a word outside of the brackets that is no data (`known`)."""
    for text in dict.fromkeys(texts(html)):
        if _WORD.search(outside(text)) and _WORD.search(_without(known, outside(text))):
            yield " ".join(text.split())[:120]


def _without(known: list[str], text: str) -> str:
    """As soon as no word is left there is nothing to look for."""
    for data in known:
        if data in text:
            text = text.replace(data, " ")
            if not _WORD.search(text):
                break
    return text


def outside(text: str) -> str:
    """The text without what stands in brackets, which may stand in one another."""
    kept, depth = [], 0
    for letter in text:
        depth += letter == OPEN
        if depth == 0:
            kept.append(letter)
        depth -= letter == CLOSE
    return "".join(kept)
