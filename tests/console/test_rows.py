"""Starting a run with the rows of a file, with scripts off: upload, preview, and the report of each row."""

import csv
import io
import re

import pytest

from studio.core.models import StoredFile
from studio.runtime.models import Run
from tests.approvals.running import Running, node
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.workflows import make_workflow, refunds

FIELDS = [{"name": "sku", "label": "Article"}, {"name": "price", "type": "number"}]
FILE = "Article;price\nMUG;12\n=cmd|' /C calc'!A0;0\nPOT;7\n"


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def running(app, tenant):
    return Running(app, tenant)


@pytest.fixture
def workflow_id(app, tenant):
    """Divides a hundred by each price; what cannot be divided fails its row alone."""
    trigger = {"key": "form", "type": "trigger.manual", "name": "By hand", "config": {"rows": True, "fields": FIELDS}}
    loop = node("each", "flow.for_each", items="trigger.rows", on_item_error="continue")
    work = node("divide", "data.set", fields=[{"name": "n", "value": "100 / int(item.price)"}], parent="each")
    edges = [{"from": "form", "port": "next", "to": "each"}, {"from": "each", "port": "each", "to": "divide"}]
    return make_workflow(app, tenant, refunds(nodes=[trigger, loop, work], edges=edges), published=True)


@pytest.fixture
def browser(app, tenant):
    return signed_in(app, tenant.id, tenant["builder"])


def hand_in(browser, workflow_id, content=FILE, **ways):
    data = {"file": (io.BytesIO(content.encode() if isinstance(content, str) else content), "prices.csv"), **ways}
    return browser.post(f"/workflows/{workflow_id}/start/form/rows", data=data)


def test_from_the_file_to_the_report_of_each_row(running, browser, workflow_id, database, tenant):
    page = browser.get(f"/workflows/{workflow_id}/start/form").text
    assert "Article" in page
    assert "10,000 rows" in page
    kept = hand_in(browser, workflow_id)
    assert kept.status_code == 303
    preview = browser.get(kept.location).text
    for words in ("Start run with 3 rows", "MUG", "Read as utf-8"):
        assert words in preview
    started = browser.post(kept.location)
    assert started.status_code == 303
    running.drain()
    with database.unit(tenant.id) as uow:
        run = uow.session.query(Run).one()
        assert run.input == {"rows": [
            {"sku": "MUG", "price": 12}, {"sku": "=cmd|' /C calc'!A0", "price": 0}, {"sku": "POT", "price": 7},
        ]}  # fmt: skip
        assert uow.session.query(StoredFile).count() == 0, "the run has its rows; the file is not kept"
    report = browser.get(started.location).text
    assert re.findall(r'class="chip (good|bad)', report) == ["good", "bad", "good"]
    assert "Divide: " in report
    assert "What became of each row" in browser.get(f"/runs/{run.id}").text
    given = browser.get(f"/runs/{run.id}/rows.csv")
    head, *lines = csv.reader(io.StringIO(given.text))
    assert head == ["row", "result", "step", "why", "sku", "price"]
    assert [(one[0], one[1]) for one in lines] == [("1", "succeeded"), ("2", "failed"), ("3", "succeeded")]
    assert lines[1][4] == "'=cmd|' /C calc'!A0", "no spreadsheet takes it for a formula"
    assert given.headers["Content-Disposition"].startswith("attachment")


def test_what_does_not_fit_is_shown_by_row_and_column_and_nothing_starts(browser, workflow_id, database, tenant):
    kept = hand_in(browser, workflow_id, "Article,price\nMUG,cheap\n,3\n")
    page = browser.get(kept.location).text
    for words in ("2 of 2 rows do not fit", "this must be a number", "this is required"):
        assert words in page
    assert "Start run" not in page
    refused = browser.post(kept.location)
    assert refused.status_code == 422
    assert "Nothing was started." in refused.text
    with database.unit(tenant.id) as uow:
        assert uow.session.query(Run).count() == 0


def test_columns_and_the_way_of_reading_are_chosen_in_the_address(browser, workflow_id):
    kept = hand_in(browser, workflow_id, "name|cost\nTasse grün|3\n".encode("latin-1"), encoding="iso-8859-1")
    assert "encoding=iso-8859-1" in kept.location
    assert "1 of 1 rows do not fit" in browser.get(kept.location).text
    page = browser.get(f"{kept.location}&column-sku=0&column-price=1").text
    assert "Tasse grün" in page
    assert "Start run with 1 row<" in page
    assert "does not fit" in browser.get(hand_in(browser, workflow_id, "Article;price\nMUG;1.234\n").location).text
    comma = browser.get(hand_in(browser, workflow_id, "Article;price\nMUG;1.234,50\n").location).text
    assert "<td>1234.5</td>" in comma
    assert "Numbers have a decimal comma." in comma


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "This file is empty."),
        ("Article,price\n", "no row below it"),
        ("a\n" + "1\n" * 100_000, "more than 10,000 rows"),
        ('a,b\n"1,2\n', "quotation mark"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "zero character"),
    ],
    ids=["empty", "header alone", "too many rows", "open quote", "no text"],
)
def test_what_is_no_table_is_refused_and_not_kept(browser, workflow_id, database, tenant, content, words):
    refused = hand_in(browser, workflow_id, content)
    assert refused.status_code == 422
    assert words in refused.text
    with database.unit(tenant.id) as uow:
        assert uow.session.query(StoredFile).count() == 0


def test_nobody_starts_with_the_file_of_another(app, tenant, browser, workflow_id):
    kept = hand_in(browser, workflow_id)
    admin = signed_in(app, tenant.id, tenant["admin"])
    assert admin.get(kept.location).status_code == 404
    assert admin.post(kept.location).status_code == 404


def test_a_trigger_without_rows_takes_no_file(app, tenant, browser):
    trigger = {"key": "form", "type": "trigger.manual", "name": "By hand", "config": {"fields": FIELDS}}
    work = node("a", "data.set", fields=[{"name": "n", "value": "1"}])
    document = refunds(nodes=[trigger, work], edges=[{"from": "form", "port": "next", "to": "a"}])
    plain = make_workflow(app, tenant, document, published=True)
    assert hand_in(browser, plain).status_code == 404


def test_a_run_without_rows_has_no_report(running, browser, workflow_id, database, tenant):
    run_id = running.start(workflow_id, {"rows": []})
    assert browser.get(f"/runs/{run_id}/rows").status_code == 404
    assert browser.get(f"/runs/{run_id}/rows.csv").status_code == 404
