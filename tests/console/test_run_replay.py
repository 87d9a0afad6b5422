"""A finished run stepped through: after each attempt, what had ended by then and no more."""

import re
from html import unescape

from studio.core.ids import new_id
from studio.runtime.history.stepping import frame


def drawn(page):
    """What the picture says of each step, by its name."""
    cards = re.findall(r'class="card-of ([a-z ]*)" [^>]*><title>([^<]+)<', page)
    return {name: tone.split()[0] if tone.split() else "" for tone, name in cards}


def test_each_frame_shows_what_had_ended_by_then(browser, looped):
    run_id = looped(2, failed=1)
    first, third, last = (unescape(browser.get(f"/runs/{run_id}?at={number}").text) for number in (1, 3, 4))
    assert "After step 1 of 4" in first
    assert drawn(first) == {"Hook": "good", "Loop": "passed", "Inner": "passed", "Last": "passed"}
    assert drawn(third)["Inner"] == "good"
    assert drawn(last)["Inner"] == "bad"
    assert ('rel="prev"' in first, 'rel="next"' in first) == (False, True)
    assert ('rel="prev"' in last, 'rel="next"' in last) == (True, False)


def test_odd_numbers_are_brought_into_the_run(browser, looped, database, tenant):
    run_id = looped(1)
    for number, shown in (("0", 1), ("-7", 1), ("99", 3)):
        assert f"After step {shown} of 3" in browser.get(f"/runs/{run_id}?at={number}").text
    assert "After step" not in browser.get(f"/runs/{run_id}?at=x").text
    with database.unit(tenant.id) as uow:
        assert frame(uow, new_id(), 1) is None
