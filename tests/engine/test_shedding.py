"""Turning work away: before anything of it is written, those first whose backlog it is, and in words."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text

from studio.accounts.permissions import SCOPES
from studio.core.db import open_engine
from studio.core.ids import new_id
from studio.runtime.engine import shedding
from studio.runtime.engine.shedding import expected_wait, has_too_many
from studio.runtime.models import Run
from studio.runtime.service import subscriptions
from tests.factories.accounts import make_tenant, make_token, with_token
from tests.factories.workflows import make_workflow, refunds

ORDER = {"order": {"id": "6021", "total": 420.0, "customer": {"name": "Anna Keller"}}}
WORKSPACES = [new_id() for _ in range(4)]


@given(st.dictionaries(st.sampled_from(WORKSPACES), st.integers(1, 500), min_size=1), st.integers(1, 600))
def test_those_are_turned_away_whose_backlog_it_is(waiting, most):
    away = {workspace_id for workspace_id in WORKSPACES if has_too_many(waiting, workspace_id, most)}
    total = sum(waiting.values())
    assert bool(away) == (total > most)
    if total >= 2 * most:
        assert away == set(WORKSPACES)
    else:
        assert all(waiting.get(workspace_id, 0) > most // len(waiting) for workspace_id in away)
        assert max(waiting, key=waiting.__getitem__) in away or not away


@given(st.integers(0, 5000), st.floats(0, 2), st.none() | st.floats(0, 60))
def test_the_expected_wait_grows_with_what_waits_and_is_nothing_at_rest(depth, group_s, under_way_s):
    wait = expected_wait(depth, 256, group_s, under_way_s)
    assert wait >= 0
    assert expected_wait(depth + 256, 256, group_s, under_way_s) >= wait
    assert expected_wait(0, 256, group_s, None) == 0, "or whoever comes after an outage would be turned away for ever"
    if under_way_s is not None and under_way_s > group_s:
        assert wait >= under_way_s


class Sender:
    """A workspace with a webhook."""

    def __init__(self, app):
        self.app, self.database = app, app.extensions["studio_database"]
        self.tenant = make_tenant(self.database)
        self.workflow_id = make_workflow(app, self.tenant, refunds(), published=True)
        with self.database.unit(self.tenant.id) as unit:
            [row] = subscriptions.of_workflow(unit, self.workflow_id)
            self.path = "/hooks/" + subscriptions.address(app.extensions["studio_keyring"], row)

    def post(self):
        return self.app.test_client().post(self.path, json=ORDER)

    def runs(self):
        with self.database.unit(self.tenant.id, read_only=True) as unit:
            return {str(run_id) for run_id in unit.session.scalars(select(Run.id))}

    def queue(self, count):
        rows = [
            {
                "id": new_id(), "workflow_id": self.workflow_id, "version_id": new_id(), "trigger_node": "t",
                "state": "queued", "available_at": func.now(), "created_at": func.now(), "workspace_id": self.tenant.id,
            }
            for _ in range(count)
        ]  # fmt: skip
        with self.database.across() as unit:
            for row in rows:
                unit.session.execute(insert(Run).values(**row))


def test_too_many_waiting_runs_turn_their_own_workspace_away_first(app):
    noisy, quiet = Sender(app), Sender(app)
    shed = app.extensions["studio_engine"].shedding
    shed._most = 10
    noisy.queue(11)
    quiet.queue(2)
    shed.look()
    before = noisy.runs()
    turned_away = noisy.post()
    assert (turned_away.status_code, turned_away.json["code"]) == (503, "overloaded.backlog")
    assert int(turned_away.headers["Retry-After"]) == shedding.COME_BACK_S
    program = with_token(app, make_token(app, noisy.tenant, "owner", list(SCOPES)))
    by_api = program.post(f"/api/v1/workflows/{noisy.workflow_id}/runs", json={"trigger": "hook", "data": ORDER})
    assert (by_api.status_code, by_api.json["code"]) == (503, "overloaded.backlog")
    assert noisy.runs() == before
    taken = quiet.post()
    assert taken.status_code == 202
    assert taken.json["run_id"] in quiet.runs()
    quiet.queue(20)
    shed.look()
    assert quiet.post().status_code == 503


def test_the_backlog_is_not_counted_for_each_delivery(app, monkeypatch):
    sender = Sender(app)
    shed, counted = app.extensions["studio_engine"].shedding, []
    done = Event()
    monkeypatch.setattr(shed, "look", lambda: (counted.append(1), setattr(shed, "_next", float("inf")), done.set()))
    assert {sender.post().status_code for _ in range(20)} == {202}
    assert done.wait(10)
    assert counted == [1]


def test_a_writer_that_hangs_turns_away_at_once_and_keeps_what_it_took(app, store, store_settings, monkeypatch):
    sender, writer = Sender(app), app.extensions["studio_engine"].writer
    assert sender.post().status_code == 202
    monkeypatch.setattr(shedding, "SOON_S", 0.2)
    holding = open_engine(store_settings.migrate_url)
    with ThreadPoolExecutor(4) as pool, holding.connect() as held:
        held.execute(
            text("update event set type = type" if store == "sqlite" else "lock table event in exclusive mode")
        )
        waiting = [pool.submit(sender.post) for _ in range(4)]
        while writer.wait_s() <= 0.2:
            sleep(0.01)  # between two looks at a fact: the first of them hangs
        turned_away = [sender.post() for _ in range(5)]
        held.rollback()
        taken = [future.result(10) for future in waiting]
    holding.dispose()
    assert {(answer.status_code, answer.json["code"]) for answer in turned_away} == {(503, "overloaded.writing")}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in turned_away)
    assert {answer.status_code for answer in taken} <= {202, 503}
    kept = {answer.json["run_id"] for answer in taken if answer.status_code == 202}
    assert kept
    assert kept < sender.runs()
    assert len(sender.runs()) == len(kept) + 1, "what was turned away left nothing"
    assert sender.post().status_code == 202
