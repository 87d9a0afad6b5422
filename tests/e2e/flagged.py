"""Flags of a shop that is lived in: one that grows, one that carries a text, one that was turned off again."""

from studio.core.unit_of_work import UnitOfWork
from studio.flags.ramps.states import Verb
from studio.flags.rollouts import driving, planning
from studio.flags.rollouts.planning import Wanted
from studio.flags.service import changing, creating, environments, finding, segments
from studio.flags.service.changing import Change
from studio.flags.service.describing import About
from studio.flags.serving import keys
from studio.flags.studies import metrics


def furnish(uow: UnitOfWork) -> None:
    """Three flags, a segment, a program's key."""
    about = About(description="One page instead of three, with express payment.")
    checkout = creating.create(uow, key="new-checkout", about=about)
    gold = {"contextName": "tier", "operator": "IN", "values": ["gold", "platinum"]}
    vip = segments.create(
        uow, name="Gold customers", description="Who buys for more than 2,000 a year", constraints=[gold]
    )
    near = {"contextName": "country", "operator": "IN", "values": ["DE", "AT", "CH"]}
    share = {"rollout": "25", "stickiness": "userId", "groupId": "new-checkout"}
    rules = [
        {"name": "default", "title": "Gold first", "segments": [vip.number], "constraints": [], "parameters": {}},
        {"name": "flexibleRollout", "parameters": share, "constraints": [near], "segments": []},
    ]
    production = finding.environment(uow, "production")
    changing.change(
        uow, checkout, production, Change(enabled=True, strategies=rules, variants=[]), "After the team's test"
    )
    banner = creating.create(uow, key="banner", kind="string", about=About(purpose="permission", off_value=""))
    said = [{"name": "spring", "weight": 1000, "payload": {"type": "string", "value": "Free shipping this week"}}]
    changing.change(uow, banner, production, Change(enabled=True, strategies=[], variants=said))
    changing.turn(uow, banner, production, on=False, note="The week is over")
    creating.create(uow, key="stop-exports", about=About(purpose="kill-switch"))
    errors = metrics.create(uow, key="errors", title="Errors at checkout", kind="proportion", worse="up")
    steps = [{"share": 10, "dwell": 86_400, "minimum": 100}, {"share": 50, "dwell": 86_400, "approval": True}]
    plan = {"steps": [*steps, {"share": 100}], "guardrails": [{"metric": errors.key, "tolerance": 0.01}]}
    begun = creating.create(uow, key="faster-search", about=About(description="Answers as one types."))
    growing = planning.create(uow, begun, production, Wanted(plan, approvers=["group:Refund team"]))
    driving.act(uow, growing, Verb.START, "After a week in development")
    keys.make(uow, environments.listed(uow)[0].id, name="Shop", kind="server")
