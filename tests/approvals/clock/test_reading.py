"""Calendars as people write them: read, written back, and refused with the field that is wrong."""

from datetime import date

import pytest

from studio.approvals.clock import public_holidays
from studio.approvals.clock.reading import read, written
from studio.core.errors import InvalidInput

WEEK = [["09:00-12:00", "13:00-17:00"], ["09:00-17:00"], ["00:00-24:00"], [], ["22:00-06:00"], [], []]
GOOD = {
    "time_zone": "Europe/Berlin",
    "week": WEEK,
    "holidays": [{"date": "2026-12-25", "name": "Christmas", "yearly": True}],
}


def test_a_calendar_survives_the_way_there_and_back():
    assert written(read(GOOD)) == GOOD


def test_hours_are_sorted_and_forgiving_in_form():
    calendar = read({**GOOD, "week": [["13.00 \u2013 17:00", "9:00-12:00"], *[[]] * 6]})
    assert written(calendar)["week"][0] == ["09:00-12:00", "13:00-17:00"]


def _week(*monday, sunday=()):
    return {"week": [list(monday), [], [], [], [], [], list(sunday)]}


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"week": [[]] * 7}, "no_working_time", "week"),
        ({"week": [["09:00-17:00"]] * 6}, "bad_week", "week"),
        ({"time_zone": "Europe/Atlantis"}, "unknown_time_zone", "time_zone"),
        ({"time_zone": None}, "unknown_time_zone", "time_zone"),
        (_week("09:00-09:00"), "bad_hours", "week.0.0"),
        (_week("09:00-17:00", "9-17"), "bad_hours", "week.0.1"),
        (_week("24:00-25:00"), "bad_hours", "week.0.0"),
        (_week("09:60-17:00"), "bad_hours", "week.0.0"),
        (_week("09:00-17:00", "16:00-18:00"), "hours_overlap", "week.0.1"),
        (_week("05:00-09:00", sunday=["22:00-06:00"]), "hours_overlap", "week.6.0"),
        (_week(*["09:00-10:00"] * 9), "bad_hours", "week.0"),
        ({"holidays": [{"date": "2026-02-29"}]}, "bad_date", "holidays.0.date"),
        ({"holidays": [{"date": "2026-01-01"}] * 401}, "too_many", "holidays"),
    ],
)
def test_what_is_wrong_is_named(change, code, path):
    with pytest.raises(InvalidInput) as refused:
        read({**GOOD, **change})
    assert [(one.code, one.path) for one in refused.value.problems] == [(code, path)]


def test_public_holidays_are_those_of_the_place():
    bavaria = {one.day: one.name for one in public_holidays.of("de-by", 2026)}
    assert date(2026, 1, 6) in bavaria
    assert date(2028, 12, 25) in bavaria
    assert date(2026, 1, 6) not in {one.day for one in public_holidays.of("DE", 2026)}
    with pytest.raises(InvalidInput) as refused:
        public_holidays.of("Atlantis", 2026)
    assert (refused.value.code, refused.value.field) == ("unknown_place", "place")
