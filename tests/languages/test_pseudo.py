"""Every text that a person reads comes from a catalogue: shown in a language in which all of it looks foreign."""

import json
import subprocess
import sys
from uuid import UUID
from zoneinfo import available_timezones

import pytest
from babel import Locale
from babel.numbers import list_currencies
from sqlalchemy import update

from studio.accounts.models import User
from studio.accounts.permissions import SCOPES
from studio.audit.registry import Action
from studio.core import languages
from studio.core.db import Base
from studio.core.languages import LOCALES
from studio.gallery import loading, service
from studio.runtime.checks import check
from studio.runtime.document import load
from tests.factories.accounts import signed_in
from tests.languages import pseudo
from tests.security.test_route_census import ask

NAMES = [
    "Studio",
    "localhost",
    "UTC",
    "EUR",
    "CSV",
    "JSONL",
    "JSON",
    "YAML",
    "HTTP",
    "API",
    "SMTP",
    "URL",
    "CEL",
    "HMAC",
]
"""Names of things, the same in every language."""
IDENTIFIERS = [*available_timezones(), *list_currencies(), *SCOPES, *Action.registry, *LOCALES]
"""What a machine reads too, shown as it is."""


@pytest.fixture
def store():
    return "sqlite"


@pytest.fixture
def world(world, app, tmp_path, monkeypatch):
    monkeypatch.setattr(languages, "LOCALES", (pseudo.LOCALE,))
    monkeypatch.setattr(languages, "SPOKEN", (*languages.SPOKEN, pseudo.LOCALE))
    pseudo.write(tmp_path / "translations")
    app.extensions["babel"].translation_directories = [str(tmp_path / "translations")]
    with app.extensions["studio_database"].unit(user_id=world.ours["owner"].user_id) as uow:
        uow.session.execute(update(User).values(locale=pseudo.LOCALE))
    return world


def data_of(world) -> list[str]:
    """Every text that lies in the database, longest first: names, titles, payloads."""
    found: set[str] = set()
    with world.app.extensions["studio_database"].app.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                for value in row:
                    found.update(_texts(value))
    return sorted((text for text in found if len(text) > 2), key=len, reverse=True)


def _texts(value: object) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, UUID):
        return {str(value)}
    if isinstance(value, dict):
        return {text for name, below in value.items() for text in _texts(below) | {name}}
    if isinstance(value, list):
        return {text for below in value for text in _texts(below)}
    return set()


def _identifiers() -> set[str]:
    locales = {Locale.parse(name).get_display_name() for name in LOCALES}
    return {name.replace("_", " ") for name in IDENTIFIERS} | {*IDENTIFIERS, *locales}


def _of_templates(world) -> set[str]:
    """What a template's workflow says becomes the workspace's own; the gallery shows it as it will be."""
    with world.app.extensions["studio_database"].unit(world.ours.id, read_only=True) as uow:
        return {text for one in loading.templates() for text in _texts(service.preview(uow, one).model_dump())}


def test_no_page_says_anything_that_no_catalogue_knows(world):
    known, english, read = (
        sorted({*data_of(world), *NAMES, *_identifiers(), *_of_templates(world)}, key=len)[::-1],
        {},
        0,
    )
    for route in world.routes():
        if route.method != "GET" or "api/v1" in route.rule.rule:
            continue
        client = signed_in(world.app, world.ours.id, world.ours["owner"])
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = pseudo.LOCALE
        answer = ask(client, world, route, world.our_ids)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        read += 1
        for text in pseudo.untranslated(answer.text, known):
            english.setdefault(text, route.rule.rule)
    assert read > 25
    assert english == {}


def test_the_editor_gets_its_texts_and_its_forms_translated(world):
    client = signed_in(world.app, world.ours.id, world.ours["owner"])
    page = client.get(f"/workflows/{world.our_ids['workflow_id']}/edit").text
    messages = json.loads(page.split('id="messages">')[1].split("</script>")[0])
    assert [text for text in messages.values() if not text.startswith(pseudo.OPEN)] == []
    boot = json.loads(page.split('id="boot">')[1].split("</script>")[0])
    types = boot["node_types"]
    assert len(types) > 20
    for one in types:
        assert one["title"].startswith(pseudo.OPEN)
        assert one["help"].startswith(pseudo.OPEN)
        assert all(name.startswith(pseudo.OPEN) for name in one["port_names"].values())


def test_refusals_are_translated_for_people_and_for_scripts(world):
    client = signed_in(world.app, world.ours.id, world.ours["owner"])
    lost = client.get("/nowhere", headers={"Accept-Language": pseudo.LOCALE})
    assert f"{pseudo.OPEN}There is nothing at this address.{pseudo.CLOSE}" in lost.text
    draft = f"/builder/api/workflows/{world.our_ids['workflow_id']}/draft"
    refused = client.put(draft, json={"document": {"schema": "studio.workflow/1", "nodes": 3}}).json
    assert refused["status"] >= 400
    assert pseudo.OPEN in refused["detail"] or any(pseudo.OPEN in one["message"] for one in refused["errors"])


def test_what_the_checks_find_is_said_in_the_readers_language(world):
    document = {"schema": "studio.workflow/1", "name": "Empty", "nodes": [], "edges": []}
    with world.app.test_request_context(headers={"Accept-Language": pseudo.LOCALE}):
        problems = check(load(document))
    assert [one.message for one in problems if not one.message.startswith(pseudo.OPEN)] == []
    assert problems


def test_the_committed_catalogue_is_current():
    # In a process of its own: here the registries hold what tests have put there.
    command = [sys.executable, "-m", "scripts.messages", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
