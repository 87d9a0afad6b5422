"""Each operation: refused without its scope, and blind to what another workspace owns."""

from functools import cache

import pytest

from studio.accounts.permissions import SCOPES
from studio.api.v1.operations import OPERATIONS
from tests.factories.accounts import make_token, with_token
from tests.fixtures.world import store_settings, world
from tests.security.bodies import BODIES
from tests.security.world import MAKERS, NO_TENANT

__all__ = ["store_settings", "world"]  # fixtures, by being imported

ARGUMENTS = MAKERS | NO_TENANT


def url(app, name: str, ids: dict[str, str]) -> str:
    rules = app.url_map.bind("localhost")
    arguments = next(app.url_map.iter_rules(f"api_v1.{name}")).arguments
    return rules.build(f"api_v1.{name}", {one: (NO_TENANT | ids)[one] for one in arguments})


def test_without_the_scope_nothing_opens(world, app):
    wrong, token = [], cache(lambda left_out: make_token(app, world.ours, "owner", sorted(set(SCOPES) - {left_out})))
    for name, one in OPERATIONS.items():
        if one.scope is None:
            continue
        client = with_token(app, token(one.scope))
        answer = client.open(url(app, name, world.our_ids), method=one.method, **BODIES.get(f"api_v1.{name}", {}))
        if answer.status_code != 403 or answer.json["resource"] != f"permission:{one.permission}":
            wrong.append((name, answer.status_code))
    assert wrong == []


BY_NAME = ("/flag-environments/", "/reports/", "/signals", "/templates", "/protection/settings")
"""What every workspace has under the same name: there is nothing of another's to find."""


def test_what_another_workspace_owns_is_not_found_and_not_touched(world, app):
    before = world.rows(world.theirs)
    client = with_token(app, make_token(app, world.ours, "owner", list(SCOPES)))
    wrong = []
    for name, one in OPERATIONS.items():
        if "<" not in one.path or one.path.startswith(BY_NAME):
            continue
        answer = client.open(url(app, name, world.their_ids), method=one.method, **BODIES.get(f"api_v1.{name}", {}))
        if (answer.status_code, answer.json.get("code")) != (404, "not_found"):
            wrong.append((name, answer.status_code))
    assert wrong == []
    assert world.rows(world.theirs) == before


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_signal_is_not_heard_in_another_workspace(app, tenant, other, caller):
    from tests.api.test_runs import DATA, DOCUMENT  # noqa: PLC0415 - the workflow that waits
    from tests.factories.workflows import make_workflow  # noqa: PLC0415

    theirs = caller(of=other)
    workflow_id = make_workflow(app, other, DOCUMENT, published=True)
    assert theirs.post(f"/api/v1/workflows/{workflow_id}/runs", json=DATA).status_code == 201
    app.extensions["studio_engine"].executor.drain("main")
    signal = {"key": "6021"}
    assert caller().post("/api/v1/signals/parcel-shipped", json=signal).json == {"heard": 0}
    assert theirs.post("/api/v1/signals/parcel-shipped", json=signal).json == {"heard": 1}
