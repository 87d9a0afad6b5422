"""What only this workspace knows of an approval step: whether there are as many people as have to agree."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from studio.approvals.nodes.deciders import HowMany
from studio.approvals.service import groups
from studio.contract.references import Missing
from studio.core.unit_of_work import UnitOfWork

STEPS = ("approval.request", "approval.ask", "approval.stage")


def too_few(uow: UnitOfWork, node_type: str, config: Mapping[str, Any]) -> Iterator[tuple[str, Missing]]:
    """A warning for each part of the rule that asks for more people than it names: such a step fails when it asks."""
    if node_type not in STEPS or config.get("policy"):
        return
    also = config.get("also")
    owners = config.get("owners")
    parts = {"config": config}
    for place, owner in enumerate(owners if isinstance(owners, list) else ()):
        if isinstance(owner, Mapping):
            parts[f"config.owners.{place}"] = {**config, "approvers": owner.get("approvers")}
    parts |= {f"config.also.{place}": one for place, one in enumerate(also if isinstance(also, list) else ())}
    for path, part in parts.items():
        if isinstance(part, Mapping) and (short := _short(uow, part)) is not None:
            yield f"{path}.{'approvers' if 'owners' in path else 'number'}", short


def _short(uow: UnitOfWork, part: Mapping[str, Any]) -> Missing | None:
    number, refs = part.get("number"), part.get("approvers")
    if part.get("need") != HowMany.COUNT or not isinstance(number, int) or not isinstance(refs, list):
        return None
    if not refs or any(not isinstance(ref, str) or "{{" in ref for ref in refs):
        return None
    people = {one.user_id for one in groups.resolve(uow, refs).candidates if one.may_decide}
    if number <= len(people):
        return None
    said = _(
        "%(need)s have to agree, but only %(count)s of those named here may decide now. Ask for fewer, or name more "
        "people.",
        need=number, count=len(people),
    )  # fmt: skip
    return Missing("quorum.above_group", said, warning=True)
