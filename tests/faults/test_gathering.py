"""A process dies while it starts what was gathered: one run has all of the events, whenever that was."""

import pytest

from benchmarks import seeding
from benchmarks.driving import deliver
from studio.runtime.models import Event, Run
from tests.faults.drill import eventually

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]


LABELS = {"gathering.before_commit", "gathering.after_commit"}


def _document(name):
    return {
        "schema": "studio.workflow/1",
        "name": name,
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Hook", "config": {"gather": "batch", "longest_s": 3}},
            {"key": "note", "type": "action.note", "name": "Note", "config": {"text": "{{ trigger.count }}"}},
        ],
        "edges": [{"from": "hook", "port": "next", "to": "note"}],
    }


@pytest.mark.parametrize("label", sorted(LABELS))
def test_what_was_gathered_starts_one_run_wherever_a_process_dies(drill, label):
    gathering = seeding.seed(drill.running.settings, _document(label), name=label)
    drill.resume(FAULT=label)
    drill.lay()
    for _ in range(3):
        deliver(drill.running, gathering.path)
    drill.died()
    eventually(lambda: [run.state for run in _all(drill, gathering, Run)] == ["succeeded"], drill.log)
    [run] = _all(drill, gathering, Run)
    assert run.input["count"] == 3
    gathered = [event for event in _all(drill, gathering, Event) if event.gathering_id is not None]
    assert [event.run_id for event in gathered] == [run.id] * 3


def _all(drill, seeded, model):
    with drill.database.unit(seeded.workspace_id, read_only=True) as unit:
        return list(unit.session.query(model).order_by(model.id))
