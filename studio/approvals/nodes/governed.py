"""A step that names a policy: whose fields hold then, and what is said where they fail."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from flask_babel import gettext as _

from studio.approvals.nodes.fields.deciding import Asked
from studio.approvals.nodes.fields.governing import restored, taken
from studio.contract.approving import ApprovalPolicy
from studio.contract.node import Context, Fail
from studio.contract.references import Reference
from studio.core.errors import StudioError

POLICY = "approval_policy"
"""How references to policies are known."""

Config = TypeVar("Config", bound=Asked)


def references(config: Mapping[str, Any]) -> Iterator[Reference]:
    """The policy that a raw config names."""
    name = config.get("policy")
    if isinstance(name, str) and name.strip():
        yield Reference("config.policy", POLICY, name.strip())


def effective(ctx: Context, config: Config) -> tuple[Config, ApprovalPolicy | None]:
    """The config with its policy's fields in the place of its own. Raises InvalidInput where it is not there."""
    if not config.policy:
        return config, None
    policy = ctx.ports.approvals.policy(ctx.unit, config.policy)
    rule = restored(policy.fields)
    return config.model_copy(update={name: getattr(rule, name) for name in taken(rule)}), policy


def failed(ctx: Context, error: StudioError, config: Asked) -> Fail:
    """Why nobody was asked; what is wrong with a policy is said at the step's field that names it."""
    if not config.policy or error.code == "policy.unknown" or not _of_policy(ctx, config.policy, error.field):
        return Fail(error.code, error.message, field=error.field)
    said = _("The policy “%(name)s” cannot be met: %(why)s", name=config.policy, why=error.message)
    return Fail(error.code, said, field="policy")


def _of_policy(ctx: Context, name: str, field: str | None) -> bool:
    """Whether a field that something is wrong with is the policy's."""
    rule = restored(ctx.ports.approvals.policy(ctx.unit, name).fields)
    return (field or "").partition(".")[0] in taken(rule)
