"""Set, map, look up, store, dates."""

import pytest

from studio.contract.results import Fail
from studio.runtime.compile import ConfigError
from tests.fakes.node_world import World


def test_set_makes_fields_of_any_kind(world):
    fields = [
        {"name": "id", "value": "trigger.order.id"},
        {"name": "lines", "value": "trigger.order.lines.map(l, l.sku)"},
    ]
    assert world.start("data.set", {"fields": fields}).output == {"id": 6021, "lines": ["MUG-1", "CAP-2"]}
    with pytest.raises(ConfigError, match="Two fields are called id"):
        world.start("data.set", {"fields": [fields[0], fields[0]]})


def test_map_makes_a_new_list(world):
    config = {
        "items": "trigger.order.lines",
        "fields": [{"name": "label", "value": 'string(index + 1) + ". " + item.sku'}],
    }
    assert world.start("data.map", config).output["items"] == [{"label": "1. MUG-1"}, {"label": "2. CAP-2"}]
    kept = world.start("data.map", {**config, "keep": True}).output["items"]
    assert kept[0] == {"sku": "MUG-1", "quantity": 3, "label": "1. MUG-1"}
    assert world.data["order"]["lines"][0] == {"sku": "MUG-1", "quantity": 3}


def test_what_was_stored_is_looked_up(world, unit):
    at = {"table": "customers", "key": "{{ trigger.customer.email }}"}
    assert world.start("data.lookup", at, tx=unit).port == "missing"
    assert world.start("data.store", {**at, "value": "trigger.customer"}, tx=unit).output["key"] == "anna@example.com"
    found = world.start("data.lookup", at, tx=unit)
    assert (found.port, found.output["value"]) == ("found", world.data["customer"])
    world.start("data.store", {**at, "value": "null"}, tx=unit)
    assert world.start("data.lookup", at, tx=unit).port == "missing"


def test_a_value_too_large_for_the_table_is_refused(unit):
    world = World({"text": "x" * 70_000})
    failed = world.start("data.store", {"table": "t", "key": "k", "value": "trigger.text"}, tx=unit)
    assert isinstance(failed, Fail)
    assert "Nothing was stored" in failed.message


def date(world, **config):
    return world.start("data.date", config).output


def test_dates_are_read_in_the_zone_that_is_meant(world):
    assert date(world, date="2026-03-31T09:00")["value"] == "2026-03-31T09:00:00+02:00"
    assert date(world, date="2026-03-31T09:00Z")["value"] == "2026-03-31T11:00:00+02:00"
    assert date(world, date="1774940400")["value"] == "2026-03-31T09:00:00+02:00"
    assert date(world, date="1774940400000", time_zone="UTC")["value"] == "2026-03-31T07:00:00+00:00"
    assert date(world)["value"] == "2026-03-27T10:30:00+01:00"
    assert date(world, date="2026-03-31", operation="format", pattern="yyyy-MM-dd")["text"] == "2026-03-31"


def test_days_keep_the_time_of_day_and_hours_pass_as_they_pass(world):
    before = "2026-03-28T02:30"  # clocks spring forward on the 29th at 02:00
    add = {"operation": "add", "date": before}
    assert date(world, **add, amount=1, unit="days")["value"] == "2026-03-29T03:30:00+02:00"
    assert date(world, **add, amount=2, unit="days")["value"] == "2026-03-30T02:30:00+02:00"
    assert date(world, **add, amount=24, unit="hours")["value"] == "2026-03-29T03:30:00+02:00"
    assert date(world, operation="add", date="2026-01-31", amount=1, unit="months")["date"] == "2026-02-28"
    assert date(world, operation="add", date="2024-02-29", amount=-1, unit="years")["date"] == "2023-02-28"


def test_differences_are_exact_and_signed(world):
    found = date(world, operation="difference", date="2026-03-28T12:00", to="2026-03-29T12:00")
    assert (found["hours"], found["days"], found["calendar_days"]) == (23, 0, 1)
    back = date(world, operation="difference", date="2026-03-29", to="2026-03-28")
    assert (back["days"], back["text"]) == (-1, "-1 day")


def test_starts_of_periods(world):
    start = {"operation": "start_of", "date": "2026-04-01T15:00"}
    assert date(world, **start, of="week")["value"] == "2026-03-30T00:00:00+02:00"
    assert date(world, **start, of="year")["value"] == "2026-01-01T00:00:00+01:00"
    gap = date(world, operation="start_of", date="2026-03-08T15:00", time_zone="America/Havana")
    assert gap["value"] == "2026-03-08T01:00:00-04:00"


@pytest.mark.parametrize(
    "config",
    [
        {"date": "yesterday"},
        {"date": "2026-03-31", "time_zone": "Mars/Base"},
        {"date": "9999-12-31", "operation": "add", "amount": 900, "unit": "years"},
        {"date": "2026-03-31", "operation": "format", "pattern": "bbbbbbbbb{"},
    ],
)
def test_what_is_no_date_fails_in_words(world, config):
    failed = world.start("data.date", config)
    assert isinstance(failed, Fail)
    assert failed.message.endswith("Nothing was computed.")
