"""What Prometheus is told, and that the dashboard asks for nothing else."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import OperationalError

from studio.operations.measuring import Installation, gauges
from studio.operations.overview import look
from tests.factories.accounts import make_tenant
from tests.factories.operations import furnish

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana" / "studio.json"
ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
OF_PROMETHEUS = {"le"}
KNOWN_LABELS = {
    "studio_events_accepted": {"verdict"}, "studio_webhooks_refused": {"code"}, "studio_runs_finished": {"state"},
    "studio_step_seconds": {"effect"}, "studio_http_out_seconds": {"outcome"}, "studio_calls_held": {"reason"},
    "studio_circuits": {"to"}, "studio_outbox_jobs": {"topic", "outcome"},
    "studio_request_seconds": {"endpoint", "method", "status"},
}  # fmt: skip


def known(families):
    """Each name that a query may say, with the labels that it has."""
    found = {}
    for family in families:
        labels = KNOWN_LABELS.get(family.name, set()).union(*(sample.labels for sample in family.samples))
        found |= {family.name + ending: labels for ending in ENDINGS.get(family.type, ())}
    return found


def test_every_metric_of_the_dashboard_exists_with_its_labels(database):
    furnish(database, make_tenant(database))
    with database.across(read_only=True) as unit:
        there = known([*REGISTRY.collect(), *gauges(look(unit.session)), *Installation(database).collect()])
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    assert len(asked) > 20
    for expr in asked:
        names = set(re.findall(r"studio_\w+", expr))
        assert names, expr
        assert names <= there.keys(), (expr, names - there.keys())
        labels = set().union(*(there[name] for name in names))
        said = {word.strip() for group in re.findall(r"by \(([^)]*)\)", expr) for word in group.split(",")}
        said |= set(re.findall(r"(\w+)=~?\"", expr))
        assert said <= labels | OF_PROMETHEUS, (expr, said - labels)
    ids = [panel["id"] for panel in panels]
    assert len(ids) == len(set(ids))
    legends = re.findall(r"{{(\w+)}}", DASHBOARD.read_text())
    assert {*legends} <= set().union(*there.values())


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_scrape_tells_of_the_database_or_that_it_is_away(app, database, monkeypatch):
    furnish(database, make_tenant(database))
    for address in ("/api/v1/runs", f"/runs/{'0' * 32}", "/sign-in", "/runs", "/no/such/place", "/no/other/place"):
        app.test_client().get(address)
    told = app.test_client().get("/metrics").text
    unknown = r'studio_request_seconds_count{endpoint="none",method="GET",status="4xx"} ([2-9]|\d\d)'
    assert re.search(unknown, told), told
    assert re.search(r'studio_request_seconds_count{endpoint="\S+",method="GET",status="[23]xx"}', told)
    asks_who = r'studio_request_seconds_count{endpoint="console.runs",method="GET",status="3xx"} [1-9]'
    assert re.search(asks_who, told), "what is answered before a page is asked counts"
    assert "no/such" not in told, "an address is no label"
    for line in (
        "studio_database_up 1.0", 'studio_queue_runs{lane="main"} 2.0', 'studio_outbox_due{topic="mail"} 2.0',
        'studio_workers{release="1.0",state="silent"} 1.0', "studio_leases_lost 1.0", "studio_sweeper_up 1.0",
    ):  # fmt: skip
        assert line in told
    asked = Installation(database)
    monkeypatch.setattr(database, "across", _away)
    assert [(family.name, family.samples[0].value) for family in asked.collect()] == [("studio_database_up", 0.0)]


def _away(**_):
    raise OperationalError("select 1", {}, Exception("away"))
