"""Whatever a request says, its message is one that Slack takes; and it decides only where it shows everything."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.slack import blocks
from studio.approvals.slack.blocks import APPROVE, FIELD, SECTION, View
from tests.servers.slack import problems

_TEXT = st.text(max_size=40) | st.integers(0, 9_000).map(lambda size: "x" * size)
_MOMENT = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
_VIEWS = st.builds(
    View,
    title=st.text(min_size=1, max_size=400),
    facts=st.lists(st.tuples(st.text(max_size=60), _TEXT), max_size=21),
    instructions=_TEXT,
    url=st.just("https://studio.example.com/approvals/019a0000-0000-7000-8000-000000000000"),
    value=st.sampled_from(["", "019a0000-0000-7000-8000-000000000000." + "a" * 64]),
    due_at=st.none() | _MOMENT,
    asked=st.lists(st.from_regex(r"U[A-Z0-9]{8}", fullmatch=True), max_size=50),
    names=st.lists(st.text(max_size=120), max_size=50),
    rule=_TEXT,
    agreed=st.lists(st.text(max_size=120), max_size=50),
    origin=_TEXT,
    note=st.text(max_size=50),
    ended=st.text(max_size=200),
    ended_at=st.none() | _MOMENT,
    reason=_TEXT,
)


@given(_VIEWS)
def test_slack_takes_every_message(view):
    made = blocks.message(view)
    assert problems({"text": made.text, "blocks": made.blocks}) == []


@given(_VIEWS)
def test_buttons_that_decide_stand_only_where_all_is_shown(view):
    made = blocks.message(view)
    actions = {one["action_id"] for block in made.blocks if block["type"] == "actions" for one in block["elements"]}
    plain = [item["text"] for block in made.blocks for item in [block.get("text"), *block.get("fields", ())] if item]
    whole = all(value in plain or not value for _label, value in view.facts)
    fits = len(view.instructions) <= SECTION and all(len(value) <= FIELD for _label, value in view.facts)
    assert (APPROVE in actions) == (bool(view.value) and not view.ended and fits)
    assert APPROVE not in actions or (whole and view.title in plain)


@given(st.text())
def test_names_of_people_mention_nobody(name):
    words = blocks.escaped(name)
    assert "<" not in words
    assert ">" not in words


def test_a_cut_text_says_so():
    assert (blocks.cut("abcdef", 4), blocks.cut("abcd", 4)) == ("abc…", "abcd")
