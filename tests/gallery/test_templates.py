"""Each template, found by discovery: its wizard's defaults make a draft that runs through every branch."""

import pytest
from flask import Flask

from studio.connectors.nodes.connection_action import ConnectionAction
from studio.core.unit_of_work import Database
from studio.gallery.filling import without
from studio.gallery.loading import templates
from studio.gallery.template import PLACEHOLDER, Check, Template
from studio.runtime import document as documents
from studio.runtime.models import Run
from tests.factories.accounts import make_tenant
from tests.gallery.trial import Trial

TEMPLATES = templates()
BRANCHES = [(template, check) for template in TEMPLATES for check in template.checks]


@pytest.fixture
def check() -> Check | None:
    """Of whoever walks no branch."""
    return None


@pytest.fixture
def trial(app: Flask, database: Database, template: Template, check: Check | None, monkeypatch: pytest.MonkeyPatch):
    # What a shop makes of each action is shown on a real one; here its branches are walked, on the actions' samples.
    monkeypatch.setattr(ConnectionAction, "start", ConnectionAction.simulate)
    made = Trial(app, make_tenant(database), template, connected=check is not None and check.connected)
    yield made
    made.engine.stop()


def test_there_are_enough() -> None:
    assert len(TEMPLATES) >= 5


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.slug)
def test_its_defaults_make_a_draft_without_problems(trial: Trial) -> None:
    assert trial.problems() == []
    trial.publish()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.slug)
def test_its_checks_take_every_edge(template: Template) -> None:
    """Without a shop each; with one those of the steps that only it brings."""
    for connected, gone in ((False, template.only_with), (True, template.only_without)):
        document = documents.load(without(template.workflow, gone))
        walked = {pair for check in template.checks if check.connected is connected for pair in _pairs(check, document)}
        edges = {(edge.source, edge.target) for edge in document.edges}
        if connected:
            edges = {edge for edge in edges if set(edge) & set(template.only_with)}
        assert edges - walked == set()


@pytest.mark.parametrize(("template", "check"), BRANCHES, ids=[f"{t.slug}: {c.name}" for t, c in BRANCHES])
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


def _said(run: Run) -> str:
    return f"{run.title or run.id}: {run.state} {run.waiting_for or ''} {run.error or ''}"
