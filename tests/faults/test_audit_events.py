"""A process dies while it starts runs for entries of the audit trail: each entry starts one, whenever that was."""

import pytest

from benchmarks import seeding
from studio import audit
from studio.audit.taxonomy.audit import VERIFIED
from studio.runtime.models import Run
from tests.faults.drill import eventually

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]


LABELS = {"audit_event.before_commit", "audit_event.after_commit"}
ENTRIES = 5


def _document(name):
    return {
        "schema": "studio.workflow/1",
        "name": name,
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Hook", "config": {}},
            {"key": "event", "type": "audit.event", "name": "Event", "config": {"actions": ["audit.verified"]}},
            {"key": "note", "type": "action.note", "name": "Note", "config": {"text": "{{ trigger.says }}"}},
        ],
        "edges": [{"from": "event", "port": "next", "to": "note"}],
    }


@pytest.mark.parametrize("label", sorted(LABELS))
def test_each_entry_starts_one_run_wherever_a_process_dies(drill, label):
    seeded = seeding.seed(drill.running.settings, _document(label), name=label)
    drill.resume(FAULT=label)
    drill.lay()
    with drill.database.unit(seeded.workspace_id) as unit:
        for number in range(ENTRIES):
            target = audit.Target("audit", unit.workspace, "audit events")
            audit.record(unit, VERIFIED, targets=[target], metadata={"checked": number})
    drill.died()
    eventually(lambda: _states(drill, seeded) == ["succeeded"] * ENTRIES, drill.log)
    assert [run.input["metadata"]["checked"] for run in _runs(drill, seeded)] == list(range(ENTRIES))


def _states(drill, seeded):
    return [run.state for run in _runs(drill, seeded)]


def _runs(drill, seeded):
    with drill.database.unit(seeded.workspace_id, read_only=True) as unit:
        mine = Run.workflow_id == seeded.workflow_id
        return sorted(unit.session.query(Run).filter(mine), key=lambda run: run.input["seq"])
