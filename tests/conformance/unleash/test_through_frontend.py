"""Every case of Unleash's client specification again, from the tables through the frontend API."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from studio.core.settings import load
from studio.flags.evaluation.deltas import apply
from tests.conformance.unleash.specification import Case, cases, installed
from tests.factories.accounts import make_tenant
from tests.factories.flag_rows import make_client_key, make_environment, put_state
from tests.fixtures.app import close_app, open_app

NOWHERE = "203.0.113.9"
"""Where the browser is: the server fills it in where a context says nothing, and no case names it."""

ALL = list(cases()) if installed() else []


@pytest.fixture(scope="module")
def ask(new_sqlite_file, tmp_path_factory) -> Iterator[Callable[[Case], dict]]:
    """Toggles that are on for a case's context. Each state is a workspace of its own."""
    url = f"sqlite:///{new_sqlite_file()}"
    settings = load({"STUDIO_DATA": str(tmp_path_factory.mktemp("unleash"))})
    app = open_app(replace(settings, database_url=url, engine_url=url, migrate_url=url))
    database, keys = app.extensions["studio_database"], {}

    def key_of(case: Case) -> str:
        suite = case.id.rpartition("-")[0]
        if suite not in keys:
            tenant = make_tenant(database)
            environment_id = make_environment(database, tenant)
            state = apply({}, case.state["events"]) if "events" in case.state else case.state
            put_state(database, tenant, environment_id, state)
            keys[suite] = make_client_key(database, tenant, environment_id, "frontend")
        return keys[suite]

    def ask(case: Case) -> dict:
        answer = app.test_client().post(
            "/api/frontend", json={"context": case.context}, headers={"Authorization": key_of(case)}, forge=True,
            environ_overrides={"REMOTE_ADDR": NOWHERE},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        return {one["name"]: one["variant"] for one in answer.json["toggles"]}

    yield ask
    close_app(app)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_case(ask, case):
    on = ask(case)
    if isinstance(case.expected, bool):
        assert (case.feature in on) is case.expected
    elif case.expected["feature_enabled"]:
        assert on[case.feature] == case.expected
    else:
        assert case.feature not in on
