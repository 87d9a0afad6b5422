"""Runs by the command line: listed, looked into, followed, repeated, ended."""

import json

import pytest

from studio.remote import following
from studio.remote.client import Api
from studio.remote.place import Place
from studio.remote.speaking import one_line
from studio.runtime.outcomes import Lane
from tests.api.test_runs import DATA, DOCUMENT
from tests.factories.workflows import make_workflow


@pytest.fixture
def drain(app):
    return lambda: app.extensions["studio_engine"].executor.drain(Lane.MAIN)


@pytest.fixture
def workflow_id(app, tenant) -> str:
    return str(make_workflow(app, tenant, DOCUMENT, published=True))


@pytest.fixture
def start(lena, workflow_id):
    return lambda: lena.post(f"/api/v1/workflows/{workflow_id}/runs", json=DATA).json["id"]


@pytest.fixture
def api(environment) -> Api:
    return Api(Place(environment["STUDIO_URL"], environment["STUDIO_TOKEN"]))


def test_list_show_cancel_rerun(typed, start, drain):
    run = start()
    drain()
    listed = typed("runs list --state waiting --since 1h --workflow Parcels")
    assert listed.exit_code == 0, listed.output
    assert listed.stdout.splitlines()[1].split()[:3] == [run, "waiting", "Parcels"]
    assert typed("runs list --state failed").stdout == "No run is like that.\n"
    shown = typed(f"runs show {run}")
    assert [line.split()[0] for line in shown.stdout.splitlines()[3:]] == ["NODE", "by_hand", "set", "parcel"]
    ended = json.loads(typed(f"runs cancel {run} --reason Withdrawn --json").stdout)
    assert ended["state"] == "cancelled"
    twice = typed(f"runs cancel {run} --json")
    assert twice.exit_code == 3
    assert json.loads(twice.stderr)["status"] == 409
    again = json.loads(typed(f"runs rerun {run} --from parcel --json").stdout)
    assert (again["rerun_of"], again["rerun_from"]) == (run, "parcel")


def test_what_would_happen_again_is_shown_first(typed, start, drain, lena):
    run = start()
    drain()
    lena.post("/api/v1/signals/parcel-shipped", json={"key": "6021"})
    drain()
    shown = typed(f"runs rerun {run} --from parcel --show-plan")
    assert shown.exit_code == 0, shown.output
    assert ["set", "kept"] in [[line.split()[0], line.split()[-2]] for line in shown.stdout.splitlines()[1:4]]
    plan = json.loads(typed(f"runs rerun {run} --from parcel --show-plan --json").stdout)
    assert f"--plan {plan['hash']}" in shown.stdout
    again = json.loads(typed(f"runs rerun {run} --from parcel --plan {plan['hash']} --json").stdout)
    assert again["rerun_of"] == run
    other = typed(f"runs rerun {run} --plan {plan['hash']} --json")
    assert (other.exit_code, json.loads(other.stderr)["code"]) == (3, "rerun.plan_changed")
    assert typed(f"runs rerun {run} --from gone --show-plan").exit_code == 1


def test_all_pages_of_a_list(typed, start):
    for _ in range(3):
        start()
    assert len(json.loads(typed("runs list --limit 2 --json").stdout)) == 2
    assert len(json.loads(typed("runs list --json").stdout)) == 3


def test_a_run_is_followed_to_its_end(api, start, drain, lena):
    run = start()
    moves = iter([drain, lambda: lena.post("/api/v1/signals/parcel-shipped", json={"key": "6021"}), drain])
    told = list(following.one_run(api, run, lambda _seconds: next(moves)()))
    states = [(what["kind"], what.get("node"), what["state"]) for what in told]
    assert states[0] == ("run", None, "queued")
    assert ("step", "parcel", "waiting") in states
    assert states[-2:] == [("step", "parcel", "succeeded"), ("run", None, "succeeded")]
    steps = [state for state in states if state[0] == "step"]
    assert len(steps) == len(set(steps)), "nothing is told twice"


def test_a_failed_run_is_a_status(typed, start):
    run = start()
    typed(f"runs cancel {run}")
    followed = typed(f"runs tail {run} --json")
    assert followed.exit_code == 1
    assert json.loads(followed.stdout.splitlines()[-1])["state"] == "cancelled"


def test_new_runs_are_told_once_a_state(api, start, drain):
    start()
    made = []
    moves = iter([lambda: made.append(start()), drain, lambda: made.append(start())])
    news = following.new_runs(api, {}, lambda _seconds: next(moves)())
    told = [(row["id"], row["state"]) for row in (next(news), next(news))]
    assert told == [(made[0], "queued"), (made[0], "waiting")]
    assert next(news)["id"] == made[1]


@pytest.mark.parametrize("when", ["yesterday", "99999999d", "2026-13-01", "9999999d"])
def test_a_moment_that_is_none(typed, when):
    refused = typed("runs list --since", when)
    assert refused.exit_code == 2
    assert "is no moment" in refused.stderr


def test_a_title_from_outside_does_not_drive_the_terminal():
    assert one_line(["\x1b[31mred\n", None, True, "x" * 80]) == " [31mred   -  yes  " + "x" * 59 + "…"
