"""Say a stored sentence in its reader's language.

What a run stores is said once, in English, by a worker that knows no reader: a step's note, a failure, what a provider
answered. Its words come from the catalogue with names filled in, so a page can find the sentence that they were made
from, and say it anew: the sentence from the catalogue, the names as they are. What no catalogue says, such as what
another system said, stays as it is stored.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from flask_babel import get_domain, get_locale

_PLACE = re.compile(r"%\((\w+)\)[sd]|%%")
_HEAD = 5
"""Letters by which sentences are looked up. Those that begin with a name are looked up by how they end, else by what
stands longest between their names."""
_ENOUGH = 8
"""Letters that a sentence needs besides its names: “%(thing)s: %(verb)s” would fit anything."""
_DEPTH = 3
"""A name may hold a sentence itself: “Nothing was sent. %(message)s”."""
_SENTENCES = re.compile(r"(?<=[.!?]) (?=\S)")


@dataclass(frozen=True, slots=True)
class _Form:
    key: str
    fits: re.Pattern[str]
    letters: int


class Retelling:
    """The sentences of one language, found by what they became."""

    def __init__(self, said: Mapping[str, str]) -> None:
        self._plain = {key: words for key, words in said.items() if words and not _PLACE.search(key)}
        self._said = said
        self._heads: defaultdict[str, list[_Form]] = defaultdict(list)
        self._tails: defaultdict[str, list[_Form]] = defaultdict(list)
        self._middles: list[tuple[str, _Form]] = []
        for key in said:
            if said[key] and _PLACE.search(key):
                self._file(_form(key))
        self.retell = lru_cache(4096)(self._retell)

    def _file(self, form: _Form) -> None:
        if form.letters < _ENOUGH:
            return
        parts = _PLACE.split(form.key)[::2]  # without the names between them
        first, last = parts[0], parts[-1]
        if len(first) >= _HEAD:
            self._heads[first[:_HEAD]].append(form)
        elif len(last) >= _HEAD:
            self._tails[last[-_HEAD:]].append(form)
        else:
            self._middles.append((max(parts, key=len), form))

    def _retell(self, text: str, depth: int = _DEPTH) -> str:
        if not text or not depth:
            return text
        if (words := self._plain.get(text)) is not None:
            return words
        found = [(form, match) for form in self._near(text) if (match := form.fits.fullmatch(text))]
        if found:
            form, match = max(found, key=lambda one: one[0].letters)
            names = {name: self._retell(value, depth - 1) for name, value in match.groupdict().items()}
            return self._said[form.key] % names
        parts = _SENTENCES.split(text)
        return " ".join(self._retell(part, depth - 1) for part in parts) if len(parts) > 1 else text

    def _near(self, text: str) -> Iterable[_Form]:
        yield from self._heads.get(text[:_HEAD], ())
        yield from self._tails.get(text[-_HEAD:], ())
        yield from (form for letters, form in self._middles if letters in text)


def _form(key: str) -> _Form:
    written, letters, seen, at = "", 0, set[str](), 0
    for place in _PLACE.finditer(key):
        literal, name = key[at : place.start()], place.group(1)
        written, letters, at = written + re.escape(literal), letters + len(literal.strip()), place.end()
        if name is None:
            written += "%"
        else:
            written += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
            seen.add(name)
    return _Form(key, re.compile(written + re.escape(key[at:]), re.DOTALL), letters + len(key[at:].strip()))


def retold(text: str | None) -> str:
    """A stored sentence in the language of the page; what no catalogue says, and in English all, as it is."""
    locale = get_locale()
    if not text or locale is None or locale.language == "en":
        return text or ""
    return _in(str(locale)).retell(text)


_known: dict[str, Retelling] = {}


def _in(locale: str) -> Retelling:
    if locale not in _known:
        catalogue: dict[object, str] = getattr(get_domain().get_translations(), "_catalog", {})
        _known[locale] = Retelling({key: words for key, words in catalogue.items() if isinstance(key, str) and key})
    return _known[locale]
