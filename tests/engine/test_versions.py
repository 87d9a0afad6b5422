"""Compiled versions are made once; what may change around them is known within seconds."""

import pytest

from studio.accounts.models import Workspace
from studio.core import clock
from studio.core.errors import NotFound
from studio.core.ids import new_id
from studio.runtime.engine.versions import FRESH_S, Versions
from studio.runtime.models import Workflow
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds


@pytest.fixture
def published(app, database):
    """A workspace with one published workflow: (workspace id, workflow id, version id)."""
    tenant = make_tenant(database)
    workflow_id = make_workflow(app, tenant, refunds(), published=True)
    with database.unit(tenant.id) as unit:
        return tenant.id, workflow_id, unit.session.get_one(Workflow, workflow_id).published_version_id


def test_a_version_is_compiled_once(database, published):
    workspace_id, _, version_id = published
    versions = Versions(database)
    assert versions(workspace_id, version_id) is versions(workspace_id, version_id)


def test_changed_settings_reach_runs_without_compiling_again(database, published, monkeypatch):
    workspace_id, workflow_id, version_id = published
    versions = Versions(database)
    before = versions(workspace_id, version_id)
    with database.unit(workspace_id) as unit:
        unit.session.get_one(Workspace, workspace_id).time_zone = "Asia/Tokyo"
        unit.session.get_one(Workflow, workflow_id).name = "Renamed"
    later = clock.monotonic() + FRESH_S + 1
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    after = versions(workspace_id, version_id)
    assert (after.workspace["time_zone"], after.workflow_name) == ("Asia/Tokyo", "Renamed")
    assert after.graph is before.graph


def test_another_workspaces_version_is_not_found(database, published):
    workspace_id, _, version_id = published
    other, versions = make_tenant(database, "Other"), Versions(database)
    assert versions(workspace_id, version_id)
    for unknown in (version_id, new_id()):
        with pytest.raises(NotFound):
            versions(other.id, unknown)
