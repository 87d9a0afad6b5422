"""What steps name in a workspace: an error where it is not there, and kept from being deleted where it is."""

import pytest

from studio.approvals.service import calendars
from studio.core.errors import Conflict
from studio.runtime import document as documents
from studio.runtime.models import Workflow
from studio.runtime.service.call_checks import check_in
from tests.factories.accounts import make_tenant
from tests.factories.timetables import make_calendar
from tests.factories.workflows import make_workflow, refunds

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
HOOK = {"key": "t", "type": "trigger.webhook", "name": "Hook", "config": {}}


def due(**given):
    config = {"title": "Refund?", "approvers": ["group:Refund team"],
              "due_in": {"amount": 8, "unit": "working_hours"} | given}  # fmt: skip
    ask = {"key": "ask", "type": "approval.request", "name": "Ask", "config": config}
    return refunds(nodes=[HOOK, ask], edges=[{"from": "t", "port": "next", "to": "ask"}])


def test_a_calendar_that_is_not_there_is_an_error_at_its_field(app):
    database = app.extensions["studio_database"]
    tenant = make_tenant(database)
    workflow_id = make_workflow(app, tenant, refunds())

    def codes(raw):
        with database.unit(tenant.id) as uow:
            found = check_in(uow, documents.parse(raw), uow.session.get(Workflow, workflow_id))
        return {(one.code, one.field, one.severity) for one in found if one.code.startswith("calendar.")}

    assert codes(due()) == {("calendar.none", "config.due_in.calendar", "error")}
    assert codes(due(unit="hours")) == set()
    make_calendar(database, tenant)
    assert codes(due()) == set()
    assert codes(due(calendar="office HOURS")) == set()
    assert codes(due(calendar="Nights")) == {("calendar.unknown", "config.due_in.calendar", "error")}


@pytest.mark.parametrize("published", [True, False])
@pytest.mark.parametrize("named", ["Office hours", ""])
def test_a_calendar_that_a_workflow_names_is_not_deleted(app, published, named):
    database = app.extensions["studio_database"]
    tenant = make_tenant(database)
    calendar_id = make_calendar(database, tenant)
    make_workflow(app, tenant, due(calendar=named), published=published)
    with database.unit(tenant.id, tenant["admin"].actor) as uow, pytest.raises(Conflict) as refused:
        calendars.remove(uow, calendar_id)
    assert refused.value.code == "calendar_in_use"
