"""The proof for a workflow: what policies ask for today, of each step that does something protected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from studio.contract.graph import Graph, Node
from studio.contract.node import Kind, NodeType
from studio.contract.protecting import (
    NOTHING,
    ApprovalDemand,
    Gate,
    Requirement,
    Strength,
    registry,
    strictest_of,
)
from studio.contract.proving import Gap, Inserted
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard.obtained import alike
from studio.guard.policies import catalogue
from studio.guard.policies import service as policies
from studio.guard.proof import Part, Ungated, Wanted, prove
from studio.guard.service.checking import own_targets

_ASKS = "guard.require"
"""The step that is offered."""


def gaps(uow: UnitOfWork, graph: Graph, types: Mapping[str, type[NodeType]]) -> Iterator[Gap]:
    """Every way to something protected that misses a part of what all policies for it ask for together.

    A policy's condition is not looked at: what data will say is not known.
    """
    wanted = {key: asked for key, node in graph.nodes.items() if (asked := _wanted(uow, node, types.get(key)))}
    if not wanted:
        return
    gates = {
        key: [_plain(gate) for gate in found.satisfies_of(graph.nodes[key].config)] for key, found in types.items()
    }
    triggers = [key for key, found in types.items() if found.kind is Kind.TRIGGER]
    for one in prove(graph, triggers, gates, wanted):
        yield Gap(one.node, _said(uow, graph, one), one.path, _gate(uow, graph, triggers, one))


def _wanted(uow: UnitOfWork, node: Node, found: type[NodeType] | None) -> list[Wanted]:
    if found is None:
        return []
    protected = found.protects_of(node.config)
    targets = [*([protected] if protected else []), *own_targets(uow, node.type, node.config)]
    asked = [Wanted(target, _required(uow, target)) for target in dict.fromkeys(targets)]
    return [one for one in asked if not one.requirement.empty]


def _required(uow: UnitOfWork, target: str) -> Requirement:
    """As strict as all policies in force together; without one, what the target itself asks for."""
    held = catalogue.of(uow).policies.get(target, ())
    if held:
        return alike(strictest_of(one.requirement for one in held))
    known = registry().get(target)
    return known.default if known is not None else NOTHING


def _plain(gate: Gate) -> Gate:
    return replace(gate, proves=alike(gate.proves))


def _said(uow: UnitOfWork, graph: Graph, one: Ungated) -> str:
    way = " → ".join(graph.nodes[key].name for key in one.path)
    target = policies.title_of(uow, one.part.target)
    what = _missing(uow, one.part)
    return _(
        "%(target)s is protected: %(what)s first. This way does without: %(way)s.", target=target, what=what, way=way
    )


def _missing(uow: UnitOfWork, part: Part) -> str:
    proof = part.requirement.step_up
    if proof is not None:
        kinds = {
            Strength.PASSWORD: _("by password"),
            Strength.CODE: _("by a one-time code"),
            Strength.PASSKEY: _("by passkey"),
        }
        return _("somebody has to prove who they are %(how)s", how=kinds[proof.strength])
    demand = _demand(uow, part)
    people = ", ".join(sorted(ref.partition(":")[2] for ref in demand.approvers))
    return _("%(count)s of these have to agree (%(people)s)", count=demand.count, people=people)


def _gate(uow: UnitOfWork, graph: Graph, triggers: Sequence[str], one: Ungated) -> Inserted:
    """The step that asks for whatever is lacking when it is reached, about the same data as the protected step."""
    target = one.part.target
    config = {
        "protects": target,
        "what": policies.title_of(uow, target),
        "facts": dict(graph.nodes[one.node].config.get("protected_facts") or {}),
        "who": _who(uow, graph, triggers, target),
    }
    return Inserted(_ASKS, "passed", config)


def _who(uow: UnitOfWork, graph: Graph, triggers: Sequence[str], target: str) -> str:
    """Whoever there surely is to prove who they are; where there is nobody, a person that the author has to name."""
    held = catalogue.of(uow).policies.get(target, ())
    if any(one.requirement.approvals for one in held):
        return "approver"
    by_hand = all(graph.nodes[key].type == "trigger.manual" for key in triggers)
    return "starter" if by_hand else "person"


def _demand(uow: UnitOfWork, part: Part) -> ApprovalDemand:
    """As the policy writes its people."""
    (plain,) = part.requirement.approvals
    for held in catalogue.of(uow).policies.get(part.target, ()):
        for demand in held.requirement.approvals:
            if alike(Requirement.of([demand])).approvals == {plain}:
                return demand
    return plain
