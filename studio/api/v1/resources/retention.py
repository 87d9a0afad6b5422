"""How long ended runs are kept: read, tried and set."""

from dataclasses import asdict

from studio.api.v1.operations import operation
from studio.api.v1.shapes.retention import RetentionDays, RetentionForeseen, RetentionRules, RetentionView
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.retention.estimate import estimate
from studio.runtime.retention.policy import Days
from studio.runtime.retention.rules import Wanted, checked, rules_of, set_rules
from studio.runtime.retention.standing import standing


@operation("GET", "/workspace/retention", tag="Workspace", needs="settings.read", answer=RetentionView)
def get_retention(uow: UnitOfWork) -> RetentionView:
    """The rules by which ended runs are deleted, and how far that has come."""
    rules, found = rules_of(uow), standing(uow)
    due = estimate(uow, rules)
    return RetentionView(
        days=rules.days,
        rules=RetentionRules(
            everywhere=RetentionDays(**asdict(rules.everywhere)),
            workflows={one: RetentionDays(**asdict(days)) for one, days in rules.workflows.items()},
        ),
        due=due.runs,
        due_more=due.more,
        looked_at=found.looked_at if found else None,
        deleted=found.deleted if found else 0,
        held=found.held if found else 0,
        deleted_ever=found.deleted_ever if found else 0,
        behind_since=found.behind_since if found else None,
    )


@operation("PUT", "/workspace/retention", tag="Workspace", needs="settings.manage", body=RetentionRules,
           answer=RetentionView)  # fmt: skip
def put_retention(uow: UnitOfWork, body: RetentionRules) -> RetentionView:
    """Replace all rules; what is left out has none. They hold from the next look, within the hour."""
    set_rules(uow, _wanted(body))
    return get_retention(uow)


@operation("POST", "/workspace/retention/preview", tag="Workspace", needs="settings.read", body=RetentionRules,
           answer=RetentionForeseen)  # fmt: skip
def preview_retention(uow: UnitOfWork, body: RetentionRules) -> RetentionForeseen:
    """What these rules would delete now, without setting them."""
    found = estimate(uow, checked(uow, _wanted(body)))
    return RetentionForeseen(due=found.runs, due_more=found.more)


def _wanted(body: RetentionRules) -> Wanted:
    own = {one: Days(**days.model_dump()) for one, days in body.workflows.items()}
    return Wanted(Days(**body.everywhere.model_dump()), own)
