"""Stored English sentences, said anew in the reader's language: names stay, what no catalogue says stays."""

import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from scripts import translations
from studio.core.languages import TRANSLATED
from studio.core.retelling import _PLACE, Retelling, retold

NAMES = st.text(st.characters(categories=("Lu", "Ll", "Nd"), include_characters=" -#€"), min_size=1, max_size=20).map(
    lambda name: f"N{name}N"
)
COUNTS = st.integers(0, 10**9)
SAID = {
    "Waiting for a decision: %(title)s": "Wartet auf eine Entscheidung: %(title)s",
    "Approved by %(by)s": "Freigegeben von %(by)s",
    "%(host)s refused what was sent (%(status)s)": "%(host)s hat das Gesendete abgelehnt (%(status)s)",
    "%(message)s. Nothing was changed at %(host)s.": "%(message)s. Bei %(host)s wurde nichts geändert.",
    "At least %(n)s %% of %(names)s": "Mindestens %(n)s %% aus %(names)s",
    "%(thing)s: %(verb)s": "%(thing)s: %(verb)s!",
    "Nobody decided in time": "Niemand hat rechtzeitig entschieden",
    "%(owner)s[0] and again %(owner)s.": "%(owner)s[0] und nochmals %(owner)s.",
    "Stopped after %(most)d steps": "Nach %(most)d Schritten beendet",
    "Waits %(time)s": "Wartet %(time)s",
    "1 hour": "1 Stunde",
    "%(count)s minutes": "%(count)s Minuten",
    "Not more than %(limit)s of %(sku)s": "Nicht mehr als %(limit)s von %(sku)s",
    "Not translated yet %(name)s": "",
}

FORMS = {
    ("%(count)s item", "%(count)s items"): ["%(count)s Element", "%(count)s Elemente"],
    ("Stopped after %(count)s run or %(time)s", "Stopped after %(count)s runs or %(time)s"):
        ["Nach %(count)s Lauf oder %(time)s beendet", "Nach %(count)s Läufen oder %(time)s beendet"],
    ("Others were asked once.", "Others were asked %(count)s times."):
        ["Andere wurden einmal gefragt.", "Andere wurden %(count)s Mal gefragt."],
    ("%(by)s of %(num)d request", "%(by)s of %(num)d requests"): ["", ""],
}  # fmt: skip


@pytest.fixture(scope="module")
def german():
    return Retelling(SAID, "de", FORMS)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("Nobody decided in time", "Niemand hat rechtzeitig entschieden"),
        ("Waiting for a decision: Refund €420.00 to Ånna", "Wartet auf eine Entscheidung: Refund €420.00 to Ånna"),
        (
            "erp.example.com refused what was sent (422). Nothing was changed at erp.example.com.",
            "erp.example.com hat das Gesendete abgelehnt (422). Bei erp.example.com wurde nichts geändert.",
        ),
        ("erp refused what was sent (422): Closed. No.", "erp hat das Gesendete abgelehnt (422): Closed. No."),
        ("erp refused what was sent (422).", "erp hat das Gesendete abgelehnt (422)."),
        ("Nobody: decided", "Nobody: decided"),
        ("Waits 1 hour 30 minutes", "Wartet 1 Stunde 30 Minuten"),
        ("45 minutes", "45 Minuten"),
        ("At least 50 % of the team", "Mindestens 50 % aus the team"),
        ("Approved by Jonas. Nobody decided in time", "Freigegeben von Jonas. Niemand hat rechtzeitig entschieden"),
        ("Stopped after 200 steps", "Nach 200 Schritten beendet"),
        ("Stopped after two steps", "Stopped after two steps"),
        ("Not more than 10,000 of 12,345", "Nicht mehr als 10.000 von 12,345"),
        ("a[0] and again a.", "a[0] und nochmals a."),
        ("a[0] and again b.", "a[0] and again b."),
        ("The ERP says: no such order", "The ERP says: no such order"),
        ("Not translated yet x", "Not translated yet x"),
        ("1 item", "1 Element"),
        ("1 items", "1 Element"),
        ("12,345 items", "12.345 Elemente"),
        ("Stopped after 1 run or 1 hour", "Nach 1 Lauf oder 1 Stunde beendet"),
        ("Stopped after 2 runs or 45 minutes", "Nach 2 Läufen oder 45 Minuten beendet"),
        ("Others were asked once.", "Andere wurden einmal gefragt."),
        ("Others were asked 3 times.", "Andere wurden 3 Mal gefragt."),
        ("2 of 3 requests", "2 of 3 requests"),
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
    return known, Retelling(known, request.param)


@given(data=st.data())
def test_every_sentence_of_a_run_is_found_again(spoken, data):
    """Whatever names are filled in: the words around them come from the catalogue, and no name is lost."""
    known, retelling = spoken
    key = data.draw(
        st.sampled_from([key for key in known if key.startswith(("Waiting", "Waits", "The ", "It ", "No "))])
    )
    names = {
        place.group(1): data.draw(COUNTS if place.group().endswith("d") else NAMES)
        for place in _PLACE.finditer(key)
        if place.group(1)
    }
    told = retelling.retell(key % names if names else key)
    assert told == (known[key] % names if names else known[key]) or all(str(name) in told for name in names.values())


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_counts_is_read_of_the_catalogue_itself(app):
    with app.test_request_context(), force_locale("de"):
        assert [retold(f"{count} items of 3 pages") for count in (1, 2)] == [
            "1 Eintrag aus 3 Seiten", "2 Einträge aus 3 Seiten",
        ]  # fmt: skip
