"""Say a stored sentence in its reader's language.

What a run stores is said once, in English, by a worker that knows no reader: a step's note, a failure, what a provider
answered. Its words come from the catalogue with names filled in, so a page can find the sentence that they were made
from, and say it anew: the sentence from the catalogue, the names as they are, and where it counts, in the form that the
language has for that many. What no catalogue says, such as what another system said, stays as it is stored.
"""

import gettext
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import read_mo
from flask_babel import get_domain, get_locale

from studio.core.figures import separated_again

_PLACE = re.compile(r"%\((\w+)\)[sd]|%%")
_COUNT = re.compile(r"(%\(\w+\))d")
_COUNTS = ("num", "count")
"""Names of which one says how many, where a sentence has two forms."""
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_COUNTED = frozenset(
    {"count", "items", "largest", "limit", "max_items", "max_iterations", "most", "num", "pages", "size", "steps"}
)
"""Names whose values `figures.separated` writes. Others may be data, which stays as it came: a SKU “12,345”."""
_HEAD = 5
"""Letters by which sentences are looked up. Those that begin with a name are looked up by how they end, else by what
stands longest between their names."""
_ENOUGH = 8
"""Letters that a sentence needs besides its names: “%(thing)s: %(verb)s” would fit anything."""
_WORDS = 3
"""Spaces that what another system's words follow has at least."""
_DEPTH = 3
"""A name may hold a sentence itself: “Nothing was sent. %(message)s”."""
_SENTENCES = re.compile(r"(?<=[.!?]) (?=\S)")
_LENGTH = re.compile(r"(\d[\d,]*) (days?|hours?|minutes?|seconds?)")
_LENGTHS = re.compile(rf"{_LENGTH.pattern}(?: {_LENGTH.pattern})?")
"""A length of time as `contract.spans` says it: its sentences have too few letters to be found by them."""


@dataclass(frozen=True, slots=True)
class _Form:
    key: str
    fits: re.Pattern[str]
    letters: int


Counted = Mapping[tuple[str, str], Sequence[str]]
"""Singular and plural in English, with the forms that a language has of them."""


class Retelling:
    """The sentences of one language, found by what they became."""

    def __init__(
        self, said: Mapping[str, str], locale: str, counted: Counted | None = None,
        form_of: Callable[[int], int] = lambda count: int(count != 1),
    ) -> None:  # fmt: skip
        self._locale = locale
        self._form_of = form_of
        """Which of a language's forms says so many."""
        self._forms = {
            key: [_COUNT.sub(r"\1s", one) for one in forms]
            for keys, forms in (counted or {}).items() if all(forms)
            for key in keys
        }  # fmt: skip
        self._plain = {key: words for key, words in said.items() if words and not _PLACE.search(key)}
        # A stored number is text by now, which “%d” would refuse.
        self._said = {key: _COUNT.sub(r"\1s", words) for key, words in said.items()}
        self._heads: defaultdict[str, list[_Form]] = defaultdict(list)
        self._tails: defaultdict[str, list[_Form]] = defaultdict(list)
        self._brief: defaultdict[str, list[_Form]] = defaultdict(list)
        """Those of few letters, such as “Waits %(time)s”: taken for one only where its names are lengths of time."""
        self._middles: list[tuple[str, _Form]] = []
        for key in said:
            if said[key] and _PLACE.search(key):
                self._file(_form(key))
        for key in self._forms.keys() - self._said.keys():
            if _PLACE.search(key):
                self._file(_form(key))
            else:
                self._plain[key] = self._forms[key][form_of(1)]
        self.retell = lru_cache(4096)(self._retell)

    def _file(self, form: _Form) -> None:
        parts = _PLACE.split(form.key)[::2]  # without the names between them
        first, last = parts[0], parts[-1]
        if form.letters < _ENOUGH:
            self._brief[first[:_HEAD]].append(form)
            return
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
        found = found or [
            (form, match)
            for form in (*self._brief.get(text[:_HEAD], ()), *(self._brief.get("", ()) if text[0].isdigit() else ()))
            if (match := form.fits.fullmatch(text)) and all(map(_measured, match.groupdict().items()))
        ]
        if found:
            form, match = max(found, key=lambda one: one[0].letters)
            names = {name: self._named(name, value, depth) for name, value in match.groupdict().items()}
            return self._words(form.key, match.groupdict()) % names
        if _LENGTHS.fullmatch(text):
            return _LENGTH.sub(self._length, text)
        parts = _SENTENCES.split(text)
        return " ".join(self._retell(part, depth - 1) for part in parts) if len(parts) > 1 else self._begun(text, depth)

    def _words(self, key: str, given: Mapping[str, str]) -> str:
        """The translation of a sentence; of one with two forms that which fits the count in it."""
        if key in self._said:
            return self._said[key]
        count = next((given[name] for name in _COUNTS if name in given), "1")  # a singular may say “one” in words
        return self._forms[key][self._form_of(int(count.replace(",", "")) if _NUMBER.fullmatch(count) else 2)]

    def _named(self, name: str, value: str, depth: int) -> str:
        return separated_again(value, self._locale) if name in _COUNTED else self._retell(value, depth - 1)

    def _begun(self, text: str, depth: int) -> str:
        """A sentence that became the beginning of a longer one: `<sentence>: <what another system said>.`"""
        head, colon, rest = text.partition(": ")
        if not colon:
            head, colon = text.removesuffix("."), "." * text.endswith(".")
        if not colon or head.count(" ") < _WORDS:  # “Approved: …” may be somebody's own
            return text
        return self._retell(head, depth - 1) + colon + rest

    def _length(self, found: re.Match[str]) -> str:
        many = self._said.get(f"%(count)s {found[2].removesuffix('s')}s", "")
        if found[1] == "1":
            return self._plain.get(found[0], found[0])
        return many % {"count": separated_again(found[1], self._locale)} if many else found[0]

    def _near(self, text: str) -> Iterable[_Form]:
        yield from self._heads.get(text[:_HEAD], ())
        yield from self._tails.get(text[-_HEAD:], ())
        yield from (form for letters, form in self._middles if letters in text)


def _measured(named: tuple[str, str]) -> bool:
    """Whether a name's value is a length of time, or how many."""
    name, value = named
    return _LENGTHS.fullmatch(value) is not None or (name in _COUNTED and _NUMBER.fullmatch(value) is not None)


def _form(key: str) -> _Form:
    written, letters, seen, at = "", 0, set[str](), 0
    for place in _PLACE.finditer(key):
        literal, name = key[at : place.start()], place.group(1)
        written, letters, at = written + re.escape(literal), letters + len(literal.strip()), place.end()
        if name is None:
            written += "%"
        else:
            filled = r"-?\d+" if place.group().endswith("d") else ".+?"
            written += f"(?P={name})" if name in seen else f"(?P<{name}>{filled})"
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
        said = {key: words for key, words in catalogue.items() if isinstance(key, str) and key}
        _known[locale] = Retelling(said, locale, _counted(locale), get_domain().get_translations().plural)
    return _known[locale]


def _counted(locale: str) -> Counted:
    """Sentences with a singular and a plural: what looks them up keeps the singular alone, so the files are read."""
    domain, found = get_domain(), dict[tuple[str, str], Sequence[str]]()
    for folder in domain.translation_directories:
        for file in gettext.find(domain.domain[0], folder, [locale], all=True):
            with Path(file).open("rb") as data:
                for one in read_mo(data):
                    if not isinstance(one.id, str) and len(one.id) == 2 and one.string is not None:
                        found[(one.id[0], one.id[1])] = tuple(one.string)
    return found
