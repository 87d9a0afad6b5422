"""Policies in words."""

from collections.abc import Mapping

from studio.contract.protecting import Requirement, Strength, Target, registry
from studio.core.i18n import gettext as _
from studio.guard.models import GuardPolicy
from studio.guard.policies.fields import PolicyFields


def asks(row: GuardPolicy) -> str:
    """What a policy asks for, in one line."""
    return asked(PolicyFields.model_validate(row.rule).requirement())


def asked(requirement: Requirement) -> str:
    """What is asked for, in one line."""
    parts = []
    for one in sorted(requirement.approvals, key=lambda found: sorted(found.approvers)):
        people = ", ".join(sorted(who.partition(":")[2] for who in one.approvers))
        parts.append(_("%(count)s of %(people)s", count=one.count, people=people))
    if requirement.step_up is not None:
        parts.append(proof(requirement.step_up.strength))
    parts += [_("frozen in %(name)s", name=one.name) for one in sorted(requirement.freezes, key=lambda one: one.name)]
    return "; ".join(parts) or _("nothing")


def proof(strength: Strength) -> str:
    """A proof by its strength."""
    return {
        Strength.PASSWORD: _("proof by password or better"),
        Strength.CODE: _("proof by a code or better"),
        Strength.PASSKEY: _("proof by passkey"),
    }[strength]


def holds(row: GuardPolicy) -> str:
    """When a policy holds, in one line."""
    fields = PolicyFields.model_validate(row.rule)
    parts = [] if fields.above is None else [_("above %(number)s", number=f"{fields.above:f}")]
    parts += [fields.condition] if fields.condition else []
    return _("always") if not parts else "; ".join(parts)


def default(target: Target) -> str:
    """What holds without a policy."""
    return asked(target.default)


def facts(target: str, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is known of an act, by the words that its target has for it."""
    own = registry().get(target)
    titles = {one.name: _(one.title) for one in own.facts} if own is not None else {}
    return [(titles.get(name) or name.replace("_", " ").capitalize(), value) for name, value in known.items()]
