"""Schemathesis asks every operation for what its document allows, and for what it forbids."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from studio.accounts.permissions import SCOPES
from studio.api.v1.openapi import document
from tests.factories.accounts import make_tenant, make_token
from tests.security.world import MAKERS

pytestmark = [pytest.mark.parametrize("store", ["sqlite"], indirect=True), pytest.mark.timeout(600)]

CONFIG = {
    "checks": {
        # A schema cannot say that a currency exists, that a name is free or a step is known: those are 404, 409, 422.
        # Nor that whoever asks has to prove first that it is them: that is 401. Nor how often: that is 429.
        "positive_data_acceptance": {"expected-statuses": ["2xx", 401, 403, 404, 409, 422, 429]},
        "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 406, 409, 413, 415, 422]},
    }
}
DOCUMENT = document()["paths"]
OPERATIONS = [(path, method) for path, methods in DOCUMENT.items() for method in methods]
FEW, MANY, MANY_WITHOUT_BODY = 3, 14, 6
"""Parameters alone are soon told in every way: most of further cases repeat or vary one that was sent."""


@pytest.fixture
def ask(app):
    """Ask one operation, in a workspace that owns what its address names."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=SchemathesisConfig.from_dict(CONFIG))

    def run(path: str, method: str, mode: GenerationMode, most: int) -> None:
        tenant = make_tenant(app.extensions["studio_database"])
        headers = {"Authorization": f"Bearer {make_token(app, tenant, 'owner', list(SCOPES))}"}
        known = {name: MAKERS[name](app, tenant) for name in MAKERS if f"{{{name}}}" in path}
        cases = schema[path][method].as_strategy(mode, path_parameters=known or None, headers=headers)

        @settings(
            derandomize=True, max_examples=most, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=cases)
        def sends(case) -> None:
            case.call_and_validate(headers=headers)

        try:
            sends()
        except Unsatisfiable:
            # Everything about it is fixed, so nothing about it can be wrong.
            assert mode is GenerationMode.NEGATIVE, path

    return run


MODES = pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)


@MODES
def test_a_few_of_each(ask, mode):
    for path, method in OPERATIONS:
        ask(path, method, mode, FEW)


@pytest.mark.slow
@MODES
def test_many_of_each(ask, mode):
    for path, method in OPERATIONS:
        ask(path, method, mode, MANY if "requestBody" in DOCUMENT[path][method] else MANY_WITHOUT_BODY)
