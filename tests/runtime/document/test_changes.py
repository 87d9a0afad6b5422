"""What changed, in words."""

import copy

from studio.runtime import document as documents
from tests.runtime.document.samples import REFUNDS


def changes_after(change):
    raw = copy.deepcopy(REFUNDS)
    change(raw)
    return [
        (found.kind, found.node, found.text)
        for found in documents.changes(documents.parse(REFUNDS), documents.parse(raw))
    ]


def test_nothing_changed_says_nothing():
    assert changes_after(lambda raw: raw["nodes"][0].update(position={"x": 9, "y": 9})) == []


def test_a_condition_says_what_it_checks():
    found = changes_after(lambda raw: raw["nodes"][1]["config"].update(condition="trigger.order.total > 500"))
    assert found == [("changed", "large", "“Total above €400?” now checks trigger.order.total > 500")]


def test_steps_come_go_and_are_renamed():
    def change(raw):
        raw["nodes"][1]["name"] = "Large?"
        raw["nodes"][2]["key"] = "note"
        raw["nodes"][2]["name"] = "Tell the books"
        raw["edges"][1]["to"] = "note"

    assert changes_after(change) == [
        ("renamed", "large", "“Total above €400?” is now called “Large?”"),
        ("added", "note", "Added “Tell the books”"),
        ("removed", "call", "Removed “Tell the ERP”"),
    ]


def test_fields_retry_connections_and_settings_have_sentences():
    def change(raw):
        raw["nodes"][2]["config"] = {"method": "PUT", "url": "https://erp.example.com/refunds", "query": {"a": "b"}}
        raw["nodes"][2]["retry"] = {"attempts": 5}
        raw["edges"][1]["port"] = "false"
        raw["settings"]["max_steps"] = 500

    assert [text for _, _, text in changes_after(change)] == [
        "The most steps of a run is now 500",
        "“Tell the ERP”: Method is now PUT",
        "“Tell the ERP”: Query parameters was filled in",
        "“Tell the ERP” is tried up to 5 times",
        "“Total above €400?” (no) now leads to “Tell the ERP”",
        "“Total above €400?” (yes) no longer leads to “Tell the ERP”",
    ]


def test_limits_have_sentences_and_so_has_their_end():
    limits = {
        "one_at_a_time": {"key": "trigger.order.id", "conflict": "cancel"},
        "at_once": {"limit": 5},
        "rate": {"limit": 1000, "per_s": 60, "over": "skip"},
        "priority": "low",
    }
    assert [text for _, _, text in changes_after(lambda raw: raw["settings"].update(limits))] == [
        "One run at a time for each trigger.order.id; a newer one takes the place of the one before",
        "At most 5 of its runs execute at once",
        "At most 1,000 of its runs start in 1 minute; events beyond that are turned away",
        "Its runs come after others",
    ]
    limited = copy.deepcopy(REFUNDS)
    limited["settings"].update(limits)
    back = documents.changes(documents.parse(limited), documents.parse(REFUNDS))
    assert [found.text for found in back] == [
        "Runs no longer go one at a time",
        "Any number of its runs execute at once",
        "Any number of its runs start in a time",
        "Its runs come as others do",
    ]


def test_labels_by_rule_come_change_and_go():
    def rule(labels):
        raw = copy.deepcopy(REFUNDS)
        return documents.parse(raw | {"settings": {**raw.get("settings", {}), "labels": labels}})

    one, other = rule({"country": "trigger.order.country", "vip": "true"}), rule({"country": "trigger.country"})
    assert [found.text for found in documents.changes(one, other)] == [
        "Its runs are no longer labelled vip by a rule", "Its runs are labelled country: trigger.country",
    ]  # fmt: skip
    assert documents.logic_hash(documents.parse(REFUNDS)) == documents.logic_hash(rule({}))
