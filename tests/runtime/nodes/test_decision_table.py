"""A decision table: what rows give, what is told of it before it is published."""

import pytest

from studio.contract import references
from studio.contract.node import registry
from studio.contract.results import Fail
from studio.runtime import decision_table

KEY = "condition.decision_table"
CONFIG = {
    "inputs": [
        {"name": "Total", "kind": "number", "unit": "EUR", "value": "trigger.order.total"},
        {"name": "Country", "value": "trigger.order.country"},
    ],
    "outputs": [{"name": "carrier"}, {"name": "days", "kind": "number"}, {"name": "signed", "kind": "yes_no"}],
    "rules": [
        ["<100", "", "post", "3", "no"],
        ["100..<500", "DE, AT", "express", "1.5", "yes"],
        [">=100", "", "freight", "", ""],
    ],
}


def config(**changed):
    return {**CONFIG, **changed}


def told(config):
    return [(path, one.code, one.warning) for path, one in decision_table.unfit(None, KEY, config)]


def test_the_first_row_that_fits_gives_its_values_and_why(world):
    done = world.start(KEY, CONFIG)
    assert done.port == "next"
    assert done.output == {
        "result": {"carrier": "express", "days": 1.5, "signed": True},
        "results": [{"carrier": "express", "days": 1.5, "signed": True}],
        "rows": [2],
        "why": "row 2: Total 100..<500 EUR; Country DE, AT",
    }
    assert done.note == done.output["why"]


def test_all_rows_that_fit_give_theirs_in_order(world):
    done = world.start(KEY, config(hits="all"))
    assert [one["carrier"] for one in done.output["results"]] == ["express", "freight"]
    assert done.output["rows"] == [2, 3]
    assert done.output["results"][1] == {"carrier": "freight", "days": None, "signed": None}


def test_where_none_fits_it_goes_on_behind_none(world):
    done = world.start(KEY, config(rules=[["<1", "", "post", "", ""]], complete=False))
    assert (done.port, done.output["result"], done.output["rows"]) == ("none", None, [])
    assert done.note == "No row fits Total 420 EUR, Country de"


def test_what_cannot_be_compared_fails_at_its_field(world):
    wrong = [{"name": "Total", "kind": "number", "value": "trigger.order.country"}]
    failed = world.start(KEY, config(inputs=wrong, outputs=[], rules=[["<1"]]))
    assert isinstance(failed, Fail)
    assert (failed.code, failed.field) == ("table.fact_number", "config.inputs.0.value")
    failed = world.start(KEY, config(rules=[["lots", "", "", "", ""]]))
    assert (failed.code, failed.field) == ("table.number", "config.rules.0.0")
    failed = world.start(KEY, config(rules=[["", "", "", "many", ""]]))
    assert (failed.code, failed.field) == ("table.value", "config.rules.0")


def test_before_it_is_published_each_problem_stands_at_its_cell():
    assert told(CONFIG) == [("config.rules", "table.overlap", True)]
    assert told(config(rules=[["lots", "", "", "x", "maybe"]])) == [
        ("config.rules.0.0", "table.number", False),
        ("config.rules.0.3", "table.value", False),
        ("config.rules.0.4", "table.value", False),
    ]
    assert told(config(rules=[["", ""]])) == [("config.rules.0", "table.cells", False)]
    twice = [{"name": "carrier"}, {"name": "carrier"}]
    assert ("config.outputs.1.name", "table.column_twice", False) in told(config(outputs=twice, rules=[[""] * 4]))
    two = [CONFIG["inputs"][0], {**CONFIG["inputs"][1], "name": "total"}]
    assert ("config.inputs.1.name", "table.column_twice", False) in told(config(inputs=two))
    assert list(decision_table.unfit(None, "condition.if", CONFIG)) == []


def test_a_case_without_a_row_keeps_it_from_being_published_unless_it_may_go_on():
    gap = config(rules=CONFIG["rules"][:2])
    [(path, missing)] = decision_table.unfit(None, KEY, gap)
    assert (path, missing.code, missing.warning) == ("config.rules", "table.gap", False)
    assert "Total 100 EUR, Country other has no row" in missing.message
    assert told({**gap, "complete": False}) == []


def test_a_row_that_never_counts_is_refused_at_its_row():
    rules = [*CONFIG["rules"], ["200..300", "AT", "x", "", ""]]
    assert ("config.rules.3", "table.unreachable_row", False) in told(config(rules=rules))
    assert told(config(rules=rules, hits="all")) == []


def test_what_it_gives_is_known_by_its_columns():
    kind = registry[KEY]
    schema = kind.output_schema_of(CONFIG)
    assert schema["properties"]["result"]["properties"]["days"] == {"type": ["number", "null"]}
    assert kind.sample_of(CONFIG)["result"] == {"carrier": "standard", "days": 4.9, "signed": True}
    assert kind.summary(CONFIG) == "Total, Country"
    assert kind.summary({"inputs": "x"}) == ""
    assert kind.output_schema_of({"outputs": [1]})["properties"]["result"]["properties"] == {}


@pytest.mark.parametrize(
    "raw", [{}, {"inputs": 1}, {"inputs": [{}], "rules": [1, [2]]}, {"rules": "x", "outputs": [3]}]
)
def test_a_config_that_is_half_written_is_told_of_not_stumbled_over(raw):
    assert all(isinstance(one, references.Missing) for _path, one in decision_table.unfit(None, KEY, raw))
