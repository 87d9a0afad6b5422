"""What two wordings differ in, and what may be edited, over any texts."""

from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.wordings import BadEditError, Edits, Wording, differences, edited, fingerprint

texts = st.text(max_size=12)
facts = st.lists(st.tuples(st.sampled_from(["Order", "Reason", "Photo"]), texts), max_size=5).map(tuple)
amounts = st.one_of(st.none(), st.decimals(0, 9999, places=2).map(str))


@st.composite
def wordings(draw):
    amount = draw(amounts)
    return Wording(draw(texts), draw(facts), draw(texts), amount, "EUR" if amount else None)


def _read(wording, label):
    return [value for name, value in wording.facts if name == label]


@given(wordings(), wordings())
def test_every_field_that_differs_is_told_once_and_nothing_else(old, new):
    found = differences(old, new)
    assert len({(one.field, one.label, one.old, one.new) for one in found if one.field != "fact"}) == len(
        [one for one in found if one.field != "fact"]
    )
    assert all(one.old != one.new for one in found)
    fields = {one.field for one in found}
    assert ("title" in fields) == (old.title != new.title)
    assert ("instructions" in fields) == (old.instructions != new.instructions)
    assert ("amount" in fields) == ((old.amount, old.currency) != (new.amount, new.currency))
    for label in ("Order", "Reason", "Photo"):
        told = [one for one in found if one.label == label]
        assert bool(told) == (_read(old, label) != _read(new, label))
        assert all(one.old is None or one.old in _read(old, label) for one in told)
        assert all(one.new is None or one.new in _read(new, label) for one in told)


@given(wordings())
def test_what_is_not_edited_stays_and_differs_in_nothing(wording):
    assert edited(wording, Edits()) == wording
    assert differences(wording, wording) == []


@given(wordings(), wordings())
def test_other_words_have_another_fingerprint(old, new):
    assert (fingerprint(old, None) == fingerprint(new, None)) == (old == new)
    assert fingerprint(old, {"follows": "a"}) != fingerprint(old, {"follows": "b"})


@given(wordings(), texts, facts, texts, texts)
def test_an_edit_stands_within_its_bounds_or_names_its_field(before, title, lines, amount, currency):
    wanted = Edits(title, lines, None, amount, currency)
    try:
        after = edited(before, wanted)
    except BadEditError as error:
        refused = error.field.partition(".")[0]
    else:
        assert 0 < len(after.title) <= 400
        assert (after.amount is None) == (after.currency is None)
        return
    assert refused in {"title", "facts", "amount", "currency"}
