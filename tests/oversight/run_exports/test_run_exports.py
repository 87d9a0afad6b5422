"""Runs as a file: exactly those of the filter, safe in a spreadsheet, and nothing is left of one that was stopped."""

import csv
import io
import json
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from studio.audit.models import AuditEvent
from studio.core import clock
from studio.core.errors import Conflict, Gone, NotFound
from studio.core.ids import first_id_at
from studio.oversight.run_exports import making, service
from studio.oversight.run_exports.outcomes import Format, State
from studio.oversight.run_exports.tables import RunExportPart
from studio.runtime import labels
from studio.runtime.history.filters import RunFilter
from studio.runtime.models import Run, Workflow
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.workflows import make_workflow, refunds

ALL = RunFilter()
EVIL = '=HYPERLINK("https://evil.example","x")'


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def add(app, database, tenant):
    workflow_id = make_workflow(app, tenant, refunds(), published=True)

    def write(*titles, state="failed", **values):
        """The first is the oldest."""
        with database.unit(tenant.id) as uow:
            version_id = uow.session.scalars(select(Workflow.published_version_id)).one()
            for number, title in enumerate(titles):
                at = clock.local_now() - timedelta(minutes=60 - number)
                uow.session.add(
                    Run(id=first_id_at(at), workflow_id=workflow_id, version_id=version_id, trigger_node="order",
                        title=title, available_at=at, created_at=at, finished_at=at + timedelta(seconds=4),
                        state=state, **values)
                )  # fmt: skip
                uow.session.flush()
                labels.put(uow, first_id_at(at), "title", title[:20])

    return write


@pytest.fixture
def ask(database, tenant):
    def asked(wanted=ALL, kind=Format.CSV):
        with database.unit(tenant.id, tenant["builder"].actor) as uow:
            return service.ask(uow, wanted, kind).id

    return asked


@pytest.fixture
def drain(app):
    return app.extensions["studio_engine"].drains["run_exports"]


@pytest.fixture
def one(database, tenant):
    def found(export_id):
        with database.unit(tenant.id, read_only=True) as uow:
            return service.one(uow, export_id)

    return found


def text(database, tenant, export_id):
    with database.unit(tenant.id, tenant["builder"].actor) as uow:
        row = service.take(uow, export_id)
    data = b"".join(service.content(partial(database.unit, tenant.id, read_only=True), export_id, row.parts))
    assert len(data) == row.size
    return data.decode()


def test_the_file_holds_what_the_list_shows_and_no_formula(add, ask, drain, one, database, tenant, monkeypatch):
    monkeypatch.setattr(making, "BATCH", 2)
    add("Order 1", EVIL, "Order 3", "Order 4", "Order 5", error={"code": "http.status", "message": "+1", "node": "a"})
    add("Fine", state="succeeded")
    export_id = ask(RunFilter(states=("failed",)))
    while drain():
        pass
    rows = list(csv.DictReader(io.StringIO(text(database, tenant, export_id))))
    assert [row["title"] for row in rows] == ["Order 5", "Order 4", "Order 3", f"'{EVIL}", "Order 1"]
    assert (rows[0]["error_code"], rows[0]["error_message"], rows[0]["took_s"]) == ("http.status", "'+1", "4.0")
    assert rows[0]["labels"] == "title=Order 5"
    row = one(export_id)
    assert (row.state, row.runs, service.progress(row)) == (State.READY, 5, 100)


def test_json_lines_hold_the_same_as_they_are(add, ask, drain, database, tenant):
    add(EVIL)
    export_id = ask(kind=Format.JSONL)
    drain()
    [run] = [json.loads(line) for line in text(database, tenant, export_id).splitlines()]
    assert (run["title"], run["state"], run["labels"]) == (EVIL, "failed", {"title": EVIL[:20]})


def test_it_is_stopped_half_way_and_nothing_is_left_of_it(add, ask, drain, one, database, tenant, monkeypatch):
    monkeypatch.setattr(making, "BATCH", 2)
    monkeypatch.setattr(making, "TURN_S", -1)
    add(*(f"Order {number}" for number in range(9)))
    export_id = ask()
    drain()
    row = one(export_id)
    assert (row.state, row.runs, row.parts) == (State.MAKING, 2, 1)
    assert 0 < service.progress(row) < 100
    with database.unit(tenant.id, tenant["builder"].actor) as uow:
        with pytest.raises(Conflict):
            service.take(uow, export_id)
        service.cancel(uow, export_id)
    assert drain() == 0
    with database.unit(tenant.id, read_only=True) as uow:
        assert uow.session.scalar(select(func.count()).select_from(RunExportPart)) == 0
        assert uow.session.scalar(select(func.count()).select_from(Run)) == 9
        actions = set(uow.session.scalars(select(AuditEvent.action)))
    assert {"run_export.requested", "run_export.cancelled"} <= actions


def test_whoever_takes_over_goes_on_behind_what_is_written(add, ask, drain, database, tenant, monkeypatch):
    monkeypatch.setattr(making, "BATCH", 2)
    add(*(f"Order {number}" for number in range(5)))
    export_id = ask()
    writing, broken = making.writing.lines, iter([False, True, False, False])

    def fails_once(*given):
        if next(broken):
            raise OSError
        return writing(*given)

    monkeypatch.setattr(making.writing, "lines", fails_once)
    drain()
    drain()
    rows = list(csv.DictReader(io.StringIO(text(database, tenant, export_id))))
    assert [row["title"] for row in rows] == [f"Order {number}" for number in reversed(range(5))]


def test_what_never_gets_further_is_given_up_and_said(add, ask, drain, one, monkeypatch):
    def fails(*_given):
        raise OSError

    add("Order 1")
    monkeypatch.setattr(making.writing, "lines", fails)
    export_id = ask()
    for _ in range(making.ATTEMPTS):
        assert drain() == 1
    assert drain() == 0
    assert (one(export_id).state, one(export_id).error) == (State.FAILED, "OSError")


def test_its_time_runs_out_and_others_never_see_it(add, ask, drain, database, tenant):
    add("Order 1")
    export_id = ask()
    drain()
    other = make_tenant(database)
    with database.unit(other.id, other["owner"].actor) as uow, pytest.raises(NotFound):
        service.take(uow, export_id)
    with database.unit(tenant.id) as uow:
        service.one(uow, export_id).expires_at = uow.now
        uow.session.flush()
        service.purge(uow)
    with database.unit(tenant.id, tenant["builder"].actor) as uow, pytest.raises(Gone):
        service.take(uow, export_id)


def test_no_more_than_a_few_at_once(ask, add):
    add("Order 1")
    for _ in range(service.AT_ONCE):
        ask()
    with pytest.raises(Conflict):
        ask()


def test_the_page_asks_with_the_filters_of_the_list(app, add, drain, tenant):
    add("Order 1")
    add("Fine", state="succeeded")
    browser = signed_in(app, tenant.id, tenant["builder"])
    asked = browser.post("/runs/exports?state=failed", data={"format": "csv"})
    assert asked.status_code == 303
    assert "0 % written" in browser.get(asked.location).text
    drain()
    page = browser.get(asked.location).text
    assert "The file is ready." in page
    assert "state=failed" in page
    file = browser.post(f"{asked.location}/download")
    assert (file.status_code, file.mimetype) == (200, "text/csv")
    assert "Order 1" in file.text
    assert "Fine" not in file.text
    for query, kind in (("state=nonsense", "csv"), ("state=failed", "xls")):
        refused = browser.post(f"/runs/exports?{query}", data={"format": kind})
        assert refused.location.startswith("/runs?")
    assert browser.get("/runs/exports").text.count("row-link") == 1
