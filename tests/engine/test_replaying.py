"""`studio replay` walks the runs of a real database and names what this code would decide otherwise."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from studio.cli import cli
from studio.contract.node import Done, registry
from studio.core import clock
from studio.runtime.models import Run
from tests.engine.golden.workflows import WORKFLOWS, perform
from tests.factories.accounts import make_tenant


@pytest.fixture
def runs(app, database, monkeypatch, store_settings):
    """Two workspaces with what happened in each; the command reads their database."""
    for name in ("flow-branches", "flow-loops-continue"):
        perform(WORKFLOWS[name], app, make_tenant(database, name))
    clock.reset()
    for name, value in {
        "STUDIO_DATA": store_settings.data_dir,
        "STUDIO_DATABASE_URL": store_settings.database_url,
        "STUDIO_ENGINE_DATABASE_URL": store_settings.engine_url,
    }.items():
        monkeypatch.setenv(name, str(value))
    with database.across(read_only=True) as unit:
        return list(unit.session.scalars(select(Run.id)))


def replay(*arguments: str):
    return CliRunner().invoke(cli, ["replay", *arguments], catch_exceptions=False)


def test_the_code_that_ran_them_decides_the_same(runs):
    said = replay()
    assert (said.output, said.exit_code) == (f"{len(runs)} runs walked, 0 differ.\n", 0)


def test_code_that_decides_otherwise_is_told_and_its_histories_are_kept(runs, monkeypatch, tmp_path):
    monkeypatch.setattr(registry["condition.if"], "start", lambda _self, _ctx, _config: Done({}, port="false"))
    said = replay("--save", str(tmp_path / "differ.json"))
    assert said.exit_code == 1
    assert 'many [1]: port was "true", now "false"' in said.output
    assert f"{len(runs)} runs walked, 1 differ." in said.output
    [kept] = json.loads((tmp_path / "differ.json").read_text())
    assert kept["document"]["name"] == "Loops that go on"


def test_a_version_that_this_code_does_not_know_is_told(runs, monkeypatch):
    monkeypatch.delitem(registry, "flow.join")
    said = replay("--limit", "2")
    assert said.exit_code == 1
    assert "this Studio cannot run its version" in said.output
    assert "3 runs walked" in said.output
    assert timedelta(0) == clock.offset()
