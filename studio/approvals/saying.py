"""A rule in words: "Any one of Refund team decides"; "Needed: at least 2 of Finance, then all of Legal"."""

from collections.abc import Sequence

from flask_babel import gettext as _

from studio.approvals.rule import Kind, Part, Rule, Stage
from studio.approvals.wordings import Difference


def turn_words(key: str, before: int) -> str:
    """Why nobody is asked yet, of a request that waits its turn: how many about the same thing come before it."""
    if before > 1:
        return str(_("%(count)s approvals about “%(key)s” come before this one.", count=before, key=key))
    return str(_("This waits until another approval about “%(key)s” has ended.", key=key))


def difference_lines(differences: Sequence[Difference]) -> list[str]:
    """What has changed, a line a field."""
    lines = [f"{field_name(one)}: {changed_words(one)}" for one in differences]
    return lines or [str(_("The words are the same; what lies behind them has changed."))]


def field_name(one: Difference) -> str:
    """The field, as people read it."""
    names = {"title": _("What is asked"), "instructions": _("Instructions"), "amount": _("Amount"),
             "attachment": _("Attachment")}  # fmt: skip
    return one.label or str(names[one.field])


def changed_words(one: Difference) -> str:
    """How it was and how it is, in words."""
    if one.old is None:
        return str(_("new: “%(new)s”", new=one.new))
    if one.new is None:
        return str(_("was “%(old)s”, is gone", old=one.old))
    return str(_("was “%(old)s”, is now “%(new)s”", old=one.old, new=one.new))


def rule_words(rule: Rule) -> str:
    """The whole rule in one line, without a full stop."""
    first = rule.stages[0].parts[0]
    any_one = rule.plain and first.need.kind is Kind.ANY
    if any_one and len(first.names) == 1 and first.names[0].kind == "user":
        return str(_("%(name)s decides", name=_names(first)))
    if any_one:
        return str(_("Any one of %(names)s decides", names=_names(first)))
    stages = _(", then ").join(stage_words(stage) for stage in rule.stages)
    return str(_("Needed: %(stages)s", stages=stages))


def stage_words(stage: Stage) -> str:
    """Who has to agree in one stage, by its name where it has one."""
    parts = _(" and ").join(part_words(part) for part in stage.parts)
    return f"{stage.name} ({parts})" if stage.name else parts


def part_words(part: Part) -> str:
    """How many of whom."""
    names, single = _names(part), len(part.names) == 1 and part.names[0].kind == "user"
    words: str
    match part.need.kind:
        case Kind.ANY:
            words = names if single else _("any one of %(names)s", names=names)
        case Kind.ALL:
            words = _("all of %(names)s", names=names)
        case Kind.COUNT:
            words = _("at least %(n)s of %(names)s", n=part.need.n, names=names)
        case Kind.PERCENT:
            words = _("at least %(n)s %% of %(names)s", n=part.need.n, names=names)
    return words


def _names(part: Part) -> str:
    """The people and groups, and what they own of it where they are asked for that."""
    names = ", ".join(one.name for one in part.names)
    return str(_("%(names)s (owner of %(what)s)", names=names, what=part.owns)) if part.owns else names
