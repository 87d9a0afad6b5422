"""The step's form of an escalation: what it asks the service for, what it refuses, and what it names."""

import pytest
from pydantic import ValidationError

from studio.approvals.nodes.fields import escalating
from studio.approvals.nodes.request import ApprovalRequest
from studio.contract.approving import ApprovalDelay, ApprovalEscalation, ApprovalLevel
from studio.contract.references import Reference

PLAIN = {"title": "Refund", "approvers": ["group:Refund team"]}
LEVEL = {"after": {"amount": 2, "unit": "working_hours"}, "targets": ["group:Leads", "schedule:Night"]}
HOUR = {"amount": 1, "unit": "hours"}


def config(**more):
    return ApprovalRequest.Config(**PLAIN, **more)


def test_stored_steps_escalate_nothing():
    assert escalating.plan(config()) is None


def test_every_field_reaches_the_service():
    turn = LEVEL | {"mode": "one_of_them_in_turn", "before": "can_no_longer_decide"}
    given = config(
        escalate=[LEVEL, turn],
        repeat=2,
        acknowledge_for=HOUR,
        fallback=["user:mira@example.com"],
        at_last="go_on_at_expired",
        at_last_after=HOUR,
    )
    after = ApprovalDelay(2, "working_hours")
    assert escalating.plan(given) == ApprovalEscalation(
        levels=[
            ApprovalLevel(after, LEVEL["targets"], field="escalate.0"),
            ApprovalLevel(after, LEVEL["targets"], in_turn=True, replaces=True, field="escalate.1"),
        ],
        loops=2,
        acknowledge_for=ApprovalDelay(1, "hours"),
        fallback=["user:mira@example.com"],
        then="expire",
        then_after=ApprovalDelay(1, "hours"),
    )


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"escalate": [LEVEL | {"after": {"amount": 0}}]}, "escalate.0.after.amount"),
        ({"escalate": [LEVEL | {"after": {"amount": -1}}]}, "escalate.0.after.amount"),
        ({"escalate": [LEVEL | {"targets": []}]}, "escalate.0.targets"),
        ({"escalate": [LEVEL | {"targets": ["user:a@b.c"] * 11}]}, "escalate.0.targets"),
        ({"escalate": [LEVEL | {"mode": "all_at_once"}]}, "escalate.0.mode"),
        ({"escalate": [LEVEL] * 11}, "escalate"),
        ({"repeat": 1}, "repeat"),
        ({"escalate": [LEVEL], "repeat": 10}, "repeat"),
        ({"acknowledge_for": HOUR}, "acknowledge_for"),
        ({"at_last": "approve"}, "at_last"),
        ({"escalate": [LEVEL], "at_last_after": HOUR}, "at_last_after"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(more, field):
    with pytest.raises(ValidationError) as refused:
        config(**more)
    assert [".".join(map(str, one["loc"])) for one in refused.value.errors()] == [field]


DECIDE = Reference("config.approvers.0", "approver_group", "Refund team")
"""What the step's own deciders name."""


def test_what_it_names_is_found_by_the_builders_checks():
    raw = PLAIN | {"escalate": [LEVEL], "fallback": ["group:Board"], "at_last_after": {"unit": "working_days"}}
    assert set(ApprovalRequest.references(raw)) == {
        DECIDE,
        Reference("config.escalate.0.after.calendar", "calendar", ""),
        Reference("config.escalate.0.targets.0", "approver_group", "Leads"),
        Reference("config.escalate.0.targets.1", "schedule", "Night"),
        Reference("config.fallback.0", "approver_group", "Board"),
        Reference("config.at_last_after.calendar", "calendar", ""),
    }


@pytest.mark.parametrize(
    "half", [{"escalate": None}, {"escalate": [3]}, {"escalate": [{"targets": 1}]}, {"fallback": 7}]
)
def test_half_written_levels_name_nothing(half):
    assert list(ApprovalRequest.references(PLAIN | half)) == [DECIDE]
