"""Stored English sentences, said anew in the reader's language: names stay, what no catalogue says stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts import translations
from studio.core.languages import TRANSLATED
from studio.core.retelling import _PLACE, Retelling

NAMES = st.text(st.characters(categories=("Lu", "Ll", "Nd"), include_characters=" -#€"), min_size=1, max_size=20).map(
    lambda name: f"N{name}N"
)
SAID = {
    "Waiting for a decision: %(title)s": "Wartet auf eine Entscheidung: %(title)s",
    "Approved by %(by)s": "Freigegeben von %(by)s",
    "%(host)s refused what was sent (%(status)s)": "%(host)s hat das Gesendete abgelehnt (%(status)s)",
    "%(message)s. Nothing was changed at %(host)s.": "%(message)s. Bei %(host)s wurde nichts geändert.",
    "At least %(n)s %% of %(names)s": "Mindestens %(n)s %% aus %(names)s",
    "%(thing)s: %(verb)s": "%(thing)s: %(verb)s!",
    "Nobody decided in time": "Niemand hat rechtzeitig entschieden",
    "%(owner)s[0] and again %(owner)s.": "%(owner)s[0] und nochmals %(owner)s.",
    "Not translated yet %(name)s": "",
}


@pytest.fixture(scope="module")
def german():
    return Retelling(SAID)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("Nobody decided in time", "Niemand hat rechtzeitig entschieden"),
        ("Waiting for a decision: Refund €420.00 to Ånna", "Wartet auf eine Entscheidung: Refund €420.00 to Ånna"),
        (
            "erp.example.com refused what was sent (422). Nothing was changed at erp.example.com.",
            "erp.example.com hat das Gesendete abgelehnt (422). Bei erp.example.com wurde nichts geändert.",
        ),
        ("At least 50 % of the team", "Mindestens 50 % aus the team"),
        ("Approved by Jonas. Nobody decided in time", "Freigegeben von Jonas. Niemand hat rechtzeitig entschieden"),
        ("a[0] and again a.", "a[0] und nochmals a."),
        ("a[0] and again b.", "a[0] and again b."),
        ("The ERP says: no such order", "The ERP says: no such order"),
        ("Not translated yet x", "Not translated yet x"),
        ("", ""),
    ],
)
def test_what_is_stored_is_said_anew(german, stored, said):
    assert german.retell(stored) == said


def test_a_name_with_line_breaks_stays_whole(german):
    assert german.retell("Approved by Jonas\nWeber") == "Freigegeben von Jonas\nWeber"


@pytest.fixture(scope="module", params=TRANSLATED)
def spoken(request):
    known = {
        message.id: message.string
        for message in translations.load(request.param)
        if isinstance(message.id, str) and message.id and isinstance(message.string, str)
    }
    return known, Retelling(known)


@given(data=st.data())
def test_every_sentence_of_a_run_is_found_again(spoken, data):
    """Whatever names are filled in: the words around them come from the catalogue, and no name is lost."""
    known, retelling = spoken
    key = data.draw(
        st.sampled_from([key for key in known if key.startswith(("Waiting", "Waits", "The ", "It ", "No "))])
    )
    names = {place.group(1): data.draw(NAMES) for place in _PLACE.finditer(key) if place.group(1)}
    told = retelling.retell(key % names if names else key)
    assert told == (known[key] % names if names else known[key]) or all(name in told for name in names.values())
