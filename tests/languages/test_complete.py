"""Every sentence is there in every language that Studio speaks, with the same places for names and the same marks."""

import re
from collections import Counter

import pytest
from babel.messages.pofile import read_po

from scripts import translations
from scripts.messages import POT
from studio.core.languages import TRANSLATED

PLACES = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|`[^`]+`|https?://[\w./-]+\w")
"""What has to stand in a translation as it does in the sentence: names to be filled in, code, addresses."""


@pytest.fixture(scope="module")
def source():
    """What is committed, which test_pseudo.py holds to be current: here the registries hold what tests put there."""
    with POT.open("rb") as file:
        return {message.id for message in read_po(file) if message.id}


FORMAL = re.compile(
    r"(?<!\w)(?:[Uu]sted|Abra|Añada|Compruebe|Conecte|Conserve|Corrija|Dé|Dele|Detenga|Diga|Elija|Empiece|Envíe|Escriba|"
    r"Espere|Guarde|Indique|Inicie|Introduzca|Marque|Mire|Ponga|Póngale|Pruebe|Publique|Pulse|Quite|Seleccione|Use|Vuelva)"
    r"(?!\w)"
)
"""Spanish that calls its reader “usted”."""


def test_spanish_calls_its_reader_tu_throughout():
    words = [one for message in translations.load("es") for one in _pairs(message.id, message.string) if message.id]
    assert [one for _sentence, one in words if FORMAL.search(one)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_there(language, source):
    known = translations.load(language)
    assert [message.id for message in translations.missing(known)] == []
    assert {message.id for message in known if message.id} == source, "run: make messages"
    assert [message.id for message in known if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_hold_what_their_sentences_do(language):
    wrong = [
        (sentence, words)
        for message in translations.load(language)
        if message.id
        for sentence, words in _pairs(message.id, message.string)
        if not _fits(sentence, words)
    ]
    assert wrong == []


def _pairs(sentence, words):
    if isinstance(sentence, str):
        return [(sentence, words)]
    return [(sentence[-1] if form else sentence[0], one) for form, one in enumerate(words)]


def _fits(sentence, words):
    same_edges = all(
        (sentence[edge].isspace(), words[edge].isspace()) in ((True, True), (False, False)) for edge in (0, -1)
    )
    return same_edges and set(PLACES.findall(sentence)) == set(PLACES.findall(words))


@pytest.mark.parametrize("language", TRANSLATED)
def test_one_sentence_is_said_in_one_way(language):
    """A translation that many sentences share is suspicious where they are long: a line was taken for its neighbour."""
    said = Counter(
        message.string
        for message in translations.load(language)
        if message.id and isinstance(message.id, str) and len(message.id) > 60
    )
    assert [words for words, count in said.items() if count > 2] == []
