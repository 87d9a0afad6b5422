"""Every named point in the source kills a process once, in the middle of a run (rows 1 to 8 of the fault catalogue).

Those that no order passes are died at elsewhere: each such module names its own, and none may be left over.
"""

import ast
from itertools import count
from pathlib import Path

import pytest

from benchmarks.stack import PROJECT
from tests.builder import test_backtest, test_shadow
from tests.engine import test_batches
from tests.faults import (
    test_alerts,
    test_approvals,
    test_audit_events,
    test_connections,
    test_evidence,
    test_export,
    test_gathering,
    test_halts,
    test_leaving,
    test_rotation,
    test_smtp,
    test_sweeping,
    test_syncs,
)

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]
_numbers = count(1)


def _labels(folder: Path) -> set[str]:
    """First arguments of all calls of fault_point(): plain words, or nobody could list them."""
    found = set()
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "fault_point":
                [label] = node.args
                assert isinstance(label, ast.Constant), f"{file}:{node.lineno}: a label is written out"
                found.add(label.value)
    return found


LABELS = _labels(PROJECT / "studio")
ELSEWHERE = set().union(
    *(
        one.LABELS
        for one in (
            test_alerts,
            test_approvals,
            test_backtest,
            test_batches,
            test_audit_events,
            test_connections,
            test_evidence,
            test_export,
            test_gathering,
            test_halts,
            test_leaving,
            test_rotation,
            test_shadow,
            test_smtp,
            test_sweeping,
            test_syncs,
        )
    )
)
SENT = "outbox.sent"
OUTSIDE = (SENT, "outbox.done")
"""Reached only where mail leaves through a server."""
LIMITED = {"accept.limited", "gate.before_commit", "gate.after_commit"}
"""Reached only where the workflow has limits."""
LIMITS = {"one": {"key": "trigger.order.id", "conflict": "skip"}, "at_once": {"limit": 1, "key": ""}}
RETRIED_WITH = {"accept.before_commit": 202, "accept.after_commit": 200, "accept.limited": 202}
"""What the shop's second try brings: a first start, or word that there is one."""
CALLED_AGAIN = {"effect.after_call": 1}
"""Calls of one order that went out twice, under the same key."""
BESIDE = {"sweeper.after_commit": 1}
"""Calls that may have: this is reached at every tick, by a thread that knows nothing of what is called meanwhile."""
WITHIN = [
    ("claim.after_commit", 1),
    ("flush.after_commit", 1),
    ("effect.after_call", 1),
    ("local.after_commit", 1),
    ("local.before_commit", 2),
]
"""Later passes of one run through a point: inside the fan-out, at its join, behind it."""


def death(drill, smtp, label: str, after: int = 0) -> list[int | None]:
    """One order through a Studio that dies at the point; all invariants hold."""
    order = f"o-{next(_numbers)}"
    environ = {"FAULT": label, "FAULT_AFTER": str(after)} | ({"STUDIO_SMTP_URL": smtp.url} if label in OUTSIDE else {})
    drill.limit(LIMITS if label in LIMITED else None)
    drill.resume(**environ)
    drill.lay()
    tried = drill.deliver(order)
    drill.died()
    drill.finished(order)
    drill.check(order, repeated=CALLED_AGAIN.get(label, 0), perhaps=BESIDE.get(label, 0))
    if label in OUTSIDE:
        mails = [mail for mail in smtp.to("anna@example.com") if mail["Subject"] == order]
        assert len(mails) == (2 if label == SENT else 1)
        assert len({mail["Message-ID"] for mail in mails}) == 1
    else:
        assert drill.mails(order) == 1
    return tried


def test_the_points_that_the_tables_name_are_there():
    named = {*OUTSIDE, *LIMITED, *ELSEWHERE, *RETRIED_WITH, *CALLED_AGAIN, *BESIDE, *(label for label, _ in WITHIN)}
    assert named <= LABELS


@pytest.mark.parametrize("label", sorted(LABELS - ELSEWHERE))
def test_a_death_at_any_point_loses_and_doubles_nothing(drill, smtp, label):
    tried = death(drill, smtp, label)
    if drill.store == "postgresql":  # on SQLite the sweeper's jobs pass the writer too, and may be what it dies of
        expected = RETRIED_WITH.get(label)
        assert (tried[0], tried[-1]) == ((None, expected) if expected else (202, 202))


@pytest.mark.parametrize(("label", "after"), WITHIN)
def test_a_join_fires_once_wherever_in_the_branches_a_worker_dies(drill, smtp, label, after):
    death(drill, smtp, label, after)
