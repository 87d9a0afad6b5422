"""Letters say the same in text and in HTML, and what an order says is text in both."""

import pytest

from studio.approvals import letters
from studio.approvals.models import Decision, Request

HOSTILE = "<img src=x onerror=alert(1)> {{ 7*7 }}"
LINK = "https://studio.example.com/a/x?y=1&z=\"'"


@pytest.fixture
def request_():
    return Request(
        title=f"Refund €420.00 to {HOSTILE}",
        facts=[["Order", "#6021"], [HOSTILE, HOSTILE]],
        instructions="Look at the photos.",
        context={"workflow_name": "High-value refunds"},
        rule={"any_of": [{"kind": "group", "name": "Refund team"}]},
        options=[],
        items=[],
    )


def test_a_letter_that_asks_has_the_facts_and_one_link(request_):
    letter = letters.asked(request_, LINK, due="Saturday, 1:02 AM")
    for body in (letter.text, letter.html):
        for part in ("High-value refunds asks", "Refund €420.00", "#6021", "Look at the photos.", "Saturday, 1:02 AM"):
            assert part in body
    assert letter.text.count("https://") == letter.html.count("https://") == 1
    assert f"Open the decision: {LINK}" in letter.text


def test_what_an_order_says_is_no_markup(request_):
    html = letters.asked(request_, LINK, due=None).html
    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt; {{ 7*7 }}") == 3
    assert 'href="https://studio.example.com/a/x?y=1&amp;z=&#34;&#39;"' in html


def test_the_requester_hears_who_decided_and_why(request_):
    decision = Decision(outcome="declined", by_name="Jonas Weber", reason="No photo")
    letter = letters.told(request_, decision)
    for part in ("You asked for:", "Jonas Weber declined it.", "“No photo”"):
        assert part in letter.text
        assert part in letter.html


def test_a_code_says_nothing_of_what_it_opens():
    letter = letters.code("123456")
    assert "123456" in letter.text
    assert "123456" in letter.html
    assert "Refund" not in letter.text + letter.html


def test_an_answer_of_its_own_is_said_with_what_was_filled_in(request_):
    request_.options = [{"key": "part", "label": "10 % off", "fields": [{"name": "value", "label": HOSTILE}]}]
    decision = Decision(
        outcome="responded", option="part", option_label="10 % off", answer={"value": HOSTILE}, by_name="Jonas",
        reason="",
    )  # fmt: skip
    letter = letters.told(request_, decision)
    assert letter.subject.startswith("10 % off: Refund €420.00")
    assert "Jonas answered “10 % off”." in letter.text
    assert f"{HOSTILE}: {HOSTILE}" in letter.text
    assert "<img" not in letter.html
    asked = letters.asked(request_, LINK, due=None)
    assert "You can also answer: 10 % off." in asked.text
