"""The catalogues of the languages that Studio speaks beside English: `studio/translations/<language>/LC_MESSAGES`.

`python -m scripts.translations update` brings each up to what the code says: what is gone leaves, what is new comes in
empty. `… missing de` prints what is left to translate as JSON, `… take de FILE` puts such a JSON with translations in
(a list of forms where a sentence counts something), `… compile` writes what gettext reads at run time.
"""

import json
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from studio.core.languages import TRANSLATED

FOLDER = Path(__file__).parent.parent / "studio" / "translations"
Key = str | tuple[str, ...]


def path(language: str) -> Path:
    """Where its sentences are written by people."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def load(language: str) -> Catalog:
    """As it is in the folder; an empty one where there is none yet."""
    if not path(language).exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path(language).open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def store(catalogue: Catalog) -> None:
    """Write it, sorted by its sentences and without where they stand: so that changes of two people seldom meet."""
    file = path(str(catalogue.locale))
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        write_po(out, catalogue, no_location=True, omit_header=True, sort_output=True, width=0, ignore_obsolete=True)


def updated(source: Catalog, old: Catalog) -> Catalog:
    """What the code says now, with the translations of what has stayed word for word."""
    made = Catalog(locale=old.locale, charset="utf-8", fuzzy=False)
    for message in source:
        if message.id:
            made.add(message.id, _known(old, message), context=message.context)
    return made


def missing(catalogue: Catalog) -> list[Message]:
    """What has no translation, or not every form of it."""
    return [message for message in catalogue if message.id and not _whole(message, catalogue.num_plurals)]


def take(catalogue: Catalog, given: dict[str, str | list[str]]) -> list[str]:
    """Put translations in, by the sentence (its singular, where it counts); returns those that nobody says."""
    by_sentence = {_sentence(message.id): message for message in catalogue if message.id}
    for sentence, words in given.items():
        if sentence in by_sentence:
            by_sentence[sentence].string = tuple(words) if isinstance(words, list) else words
    return [sentence for sentence in given if sentence not in by_sentence]


def compile_all() -> None:
    """Write what gettext reads; these files are made, never committed."""
    for language in TRANSLATED:
        with path(language).with_suffix(".mo").open("wb") as out:
            write_mo(out, load(language))


def _known(old: Catalog, message: Message) -> str | tuple[str, ...]:
    found = old.get(message.id, context=message.context)
    nothing = ("",) * old.num_plurals if isinstance(message.id, tuple) else ""
    return found.string if found is not None else nothing


def _whole(message: Message, plurals: int) -> bool:
    if isinstance(message.id, tuple):
        return isinstance(message.string, (tuple, list)) and len(message.string) == plurals and all(message.string)
    return bool(message.string)


def _sentence(key: Key) -> str:
    return key if isinstance(key, str) else key[0]


def main(arguments: list[str]) -> None:
    """The command line."""
    match arguments:
        case ["update"]:
            from scripts.messages import catalogue  # noqa: PLC0415 - it loads every registry, which compiling does without

            source = catalogue()
            for language in TRANSLATED:
                store(updated(source, load(language)))
        case ["missing", language]:
            left = {
                _sentence(one.id): list(one.id) if isinstance(one.id, tuple) else "" for one in missing(load(language))
            }
            sys.stdout.write(json.dumps(left, ensure_ascii=False, indent=0) + "\n")
        case ["take", language, file]:
            known = load(language)
            unknown = take(known, json.loads(Path(file).read_text(encoding="utf-8")))
            store(known)
            if unknown:
                sys.exit(f"Nobody says: {unknown}")
        case ["compile"]:
            compile_all()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
