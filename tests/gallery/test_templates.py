"""Each template, found by discovery: its wizard's defaults make a draft that runs through every branch."""

import pytest
from flask import Flask

from studio.connectors.catalogue import connectors
from studio.connectors.definition import Connector
from studio.connectors.nodes.connection_action import ConnectionAction
from studio.core.unit_of_work import Database
from studio.gallery.forms import shaped
from studio.gallery.loading import templates
from studio.gallery.template import PLACEHOLDER, Check, Question, Template
from studio.runtime import document as documents
from studio.runtime.models import Run
from tests.factories.accounts import make_tenant
from tests.gallery.trial import Trial

TEMPLATES = templates()
BRANCHES = [(template, check) for template in TEMPLATES for check in template.checks]
FIRST = {id(check): place == 0 for template in TEMPLATES for place, check in enumerate(template.checks)}
"""By each check: whether it is its template's first."""


@pytest.fixture
def check() -> Check | None:
    """Of whoever walks no branch."""
    return None


@pytest.fixture
def store(request: pytest.FixtureRequest) -> str:
    """Each branch on SQLite, which is quick, and each template's first on PostgreSQL as well.

    A developer waits for each template's first on SQLite.
    """
    return str(request.param)


@pytest.fixture
def trial(app: Flask, database: Database, template: Template, check: Check | None, monkeypatch: pytest.MonkeyPatch):
    # What a shop makes of each action is shown on a real one; here its branches are walked, on the actions' samples.
    monkeypatch.setattr(ConnectionAction, "start", ConnectionAction.simulate)
    made = Trial(app, make_tenant(database), template, connected=check is not None and check.connected)
    yield made
    made.engine.stop()


def test_there_are_enough() -> None:
    assert len(TEMPLATES) >= 5


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.slug)
def test_its_defaults_make_a_draft_without_problems(trial: Trial) -> None:
    assert trial.problems() == []
    trial.publish()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_each_kind_of_system_that_it_offers_makes_a_draft_without_problems(app: Flask, database: Database) -> None:
    found: dict[str, list] = {}
    for template in TEMPLATES:
        for kind in range(max((len(one.connectors) for one in template.questions), default=0)):
            trial = Trial(app, make_tenant(database), template, connected=True, kind=kind)
            found[f"{template.slug} {kind}"] = trial.problems()
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert len({name.split()[1] for name in found}) > 1


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.slug)
def test_every_kind_of_system_that_can_do_it_is_offered(template: Template) -> None:
    """A connector that gets an event or an action more is to be looked at here."""
    for question in template.questions:
        able = [key for key, one in connectors().items() if _is_able(one, template, question)]
        assert sorted(question.connectors) == sorted(able if question.connectors else [])


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.slug)
def test_its_checks_take_every_edge(template: Template) -> None:
    """Without a shop each; with one those of the steps that only it brings."""
    optional = [question.key for question in template.questions if question.optional]
    for connected, answered in ((False, []), (True, optional)):
        document = documents.load(shaped(template, answered))
        walked = {pair for check in template.checks if check.connected is connected for pair in _pairs(check, document)}
        edges = {(edge.source, edge.target) for edge in document.edges}
        if connected:
            others = template.connected.nodes if template.connected else []
            only_then = {*template.only_with, *(node["key"] for node in others)}
            edges = {edge for edge in edges if set(edge) & only_then}
        assert edges - walked == set()


@pytest.mark.parametrize(
    ("template", "check", "store"),
    [
        pytest.param(
            template,
            check,
            store,
            id=f"{template.slug}: {check.name} ({store})",
            marks=[] if FIRST[id(check)] and store == "sqlite" else [pytest.mark.slow],
        )
        for template, check in BRANCHES
        for store in (("sqlite", "postgresql") if FIRST[id(check)] else ("sqlite",))
    ],
    indirect=["store"],
)
def test_a_branch(trial: Trial, check: Check) -> None:
    trial.publish()
    for event in check.events:
        trial.happen(event)
    runs = trial.runs()
    assert [_said(run) for run in runs if run.state != "succeeded"] == []
    run = runs[check.run]
    assert trial.path(run.id) == check.path
    assert trial.mails_of_steps() == len(check.mails)
    kept = [(mail.recipients, f"{mail.subject}\n{mail.text}") for mail in trial.mailbox()]
    for mail in check.mails:
        to = PLACEHOLDER.sub(lambda found: trial.answers[found[1]], mail.to)
        assert any(to in recipients and mail.contains in words for recipients, words in kept), (to, mail, kept)


def _pairs(check: Check, document: documents.Document) -> set[tuple[str, str]]:
    """Edges between steps that the branch reached. A step may have reached the next over another one."""
    reached = set(check.path)
    return {(edge.source, edge.target) for edge in document.edges if edge.source in reached and edge.target in reached}


def _is_able(connector: Connector, template: Template, question: Question) -> bool:
    """Whether it tells all that the template hears of by this connection, and does all that it asks of it."""
    nodes = [*template.workflow["nodes"], *(template.connected.nodes if template.connected else [])]
    configs = [node["config"] for node in nodes if node.get("config", {}).get("connection") == f"${{{question.key}}}"]
    actions = {one.key: one.Config.model_fields for one in connector.actions}
    for config in configs:
        kind, _, action = config.get("action", "").rpartition(".")
        if action and kind not in (connector.key, f"${{{question.key}.connector}}"):
            return False
        fields = actions.get(action, {})
        needed = {name for name, one in fields.items() if one.is_required()}
        if action and not needed <= set(config["input"]) <= {*fields}:
            return False
        if "event" in config and (connector.hooks is None or not connector.hooks.names([config["event"]])):
            return False
        if "stream" in config and config["stream"] not in {one.key for one in connector.streams}:
            return False
    return bool(configs)


def _said(run: Run) -> str:
    return f"{run.title or run.id}: {run.state} {run.waiting_for or ''} {run.error or ''}"
