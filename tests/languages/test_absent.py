"""What is not there is said in the reader's language, whatever it would have been."""

import ast
from pathlib import Path

import pytest
from flask_babel import force_locale

from studio.core import tenancy
from studio.core.absent import ABSENT
from studio.core.errors import NotFound
from studio.core.ids import new_id
from studio.runtime.models import Workflow
from tests.factories.accounts import make_tenant

HOUSE = Path(tenancy.__file__).parents[1]


def kinds():
    """The words under which any module asks for a row."""
    for file in HOUSE.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        for call in ast.walk(ast.parse(source)) if "tenancy.get(" in source else ():
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "tenancy.get":
                yield ast.literal_eval(call.args[3])


def test_every_kind_has_its_sentence():
    assert set(kinds()) == set(ABSENT)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_it_is_said_in_the_readers_language(app, database):
    said = {}
    with database.unit(make_tenant(database).id) as uow:
        for language in ("en", "de", "es"):
            with app.test_request_context(), force_locale(language), pytest.raises(NotFound) as caught:
                tenancy.get(uow.session, Workflow, new_id(), "workflow")
            said[language] = caught.value.message
    assert said == {
        "en": "There is no such workflow in this workspace.",
        "de": "Einen solchen Workflow gibt es in diesem Workspace nicht.",
        "es": "No hay tal flujo en este espacio.",
    }
