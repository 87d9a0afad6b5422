"""Why somebody gets a flag or does not: the facts of an evaluation in sentences, a kind of fact a function."""

from collections.abc import Iterable, Mapping
from functools import singledispatch

from studio.core.i18n import gettext as _
from studio.flags import words
from studio.flags.evaluation import facts

Segments = Mapping[int, str]
"""Number of a segment → its name."""


def sentences(found: Iterable[facts.Fact], segments: Segments) -> list[str]:
    """One a fact, in their order. Rules are counted from 1, as pages show them."""
    return [said for one in found if (said := sentence(one, segments))]


@singledispatch
def sentence(fact: facts.Fact, _segments: Segments) -> str:
    """A fact in words. A kind that has none shows its code: better than silence."""
    return fact.code


@sentence.register
def _unknown(fact: facts.UnknownFeature, _segments: Segments) -> str:
    return _("There is no flag “%(name)s”.", name=fact.feature)


@sentence.register
def _off(_fact: facts.SwitchedOff, _segments: Segments) -> str:
    return _("It is off here, for everybody.")


@sentence.register
def _parent_missing(fact: facts.ParentMissing, _segments: Segments) -> str:
    return _("It needs the flag “%(name)s”, which does not exist.", name=fact.parent)


@sentence.register
def _parent_depends(fact: facts.ParentDepends, _segments: Segments) -> str:
    return _("It needs the flag “%(name)s”, which needs another one itself: only one level counts.", name=fact.parent)


@sentence.register
def _parent(fact: facts.ParentChecked, segments: Segments) -> str:
    wanted = _("on") if fact.wanted_enabled else _("off")
    if fact.wanted_variants:
        wanted = _("on with one of %(variants)s", variants=", ".join(fact.wanted_variants))
    found = _("on") if fact.found_enabled else _("off")
    if fact.found_enabled and fact.wanted_variants:
        found = _("on with %(variant)s", variant=fact.found_variant)
    said = _("The flag “%(name)s” has to be %(wanted)s; for them it is %(found)s.",
             name=fact.parent, wanted=wanted, found=found)  # fmt: skip
    return said if fact.passed else " ".join((said, *sentences(fact.facts, segments)))


@sentence.register
def _no_strategies(_fact: facts.NoStrategies, _segments: Segments) -> str:
    return _("It is on and has no rule: everybody gets it.")


@sentence.register
def _paused(fact: facts.StrategyDisabled, _segments: Segments) -> str:
    return _("Rule %(rule)s is paused.", rule=fact.strategy + 1)


@sentence.register
def _broken(fact: facts.StrategyBroken, _segments: Segments) -> str:
    if not fact.parameter:
        return _("Rule %(rule)s is of the kind “%(name)s”, which Studio does not know: it fits nobody.",
                 rule=fact.strategy + 1, name=fact.name)  # fmt: skip
    return _("Rule %(rule)s fits nobody: “%(value)s” cannot be read as its %(parameter)s.",
             rule=fact.strategy + 1, value=fact.value, parameter=fact.parameter)  # fmt: skip


@sentence.register
def _segment_missing(fact: facts.SegmentMissing, _segments: Segments) -> str:
    return _("Rule %(rule)s names segment %(segment)s, which does not exist: it fits nobody.",
             rule=fact.strategy + 1, segment=fact.segment)  # fmt: skip


@sentence.register
def _condition(fact: facts.ConstraintChecked, segments: Segments) -> str:
    document = {"contextName": fact.context_name, "operator": fact.operator, "values": list(fact.wanted),
                "inverted": fact.inverted}  # fmt: skip
    said, rule = words.constraint(document), fact.strategy + 1
    if fact.segment is not None:
        name = segments.get(fact.segment, str(fact.segment))
        said = _("%(said)s (segment “%(name)s”)", said=said, name=name)
    if fact.broken:
        return _("Rule %(rule)s: “%(said)s” can never hold: %(why)s", rule=rule, said=said, why=fact.broken)
    if fact.found is None:
        found = _("they have no %(field)s", field=fact.context_name)
    else:
        found = _("theirs is “%(found)s”", found=fact.found)
    holds = _("holds") if fact.passed else _("does not hold")
    return _("Rule %(rule)s: “%(said)s” %(holds)s: %(found)s.", rule=rule, said=said, holds=holds, found=found)


@sentence.register
def _list(fact: facts.ListChecked, _segments: Segments) -> str:
    found = fact.found if fact.found is not None else _("nothing")
    if fact.passed:
        return _("Rule %(rule)s names %(found)s.", rule=fact.strategy + 1, found=found)
    return _("Rule %(rule)s does not name %(found)s.", rule=fact.strategy + 1, found=found)


@sentence.register
def _share(fact: facts.ShareChecked, _segments: Segments) -> str:
    rule = fact.strategy + 1
    if fact.bucket is None:
        return _("Rule %(rule)s goes by %(field)s, which they do not have: it does not fit.",
                 rule=rule, field=fact.context_name)  # fmt: skip
    by = _("%(field)s “%(found)s”", field=fact.context_name, found=fact.found) if fact.context_name else _("chance")
    said = _("Rule %(rule)s: by %(by)s they stand at %(bucket)s of 100", rule=rule, by=by, bucket=fact.bucket)
    if fact.passed:
        return _("%(said)s, which is within the first %(share)s %%.", said=said, share=fact.share)
    return _("%(said)s, which is beyond the first %(share)s %%.", said=said, share=fact.share)


@sentence.register
def _rule(fact: facts.StrategyChecked, _segments: Segments) -> str:
    if fact.passed:
        return _("So rule %(rule)s fits, and decides.", rule=fact.strategy + 1)
    return _("So rule %(rule)s does not fit.", rule=fact.strategy + 1)


@sentence.register
def _chosen(fact: facts.VariantChosen, _segments: Segments) -> str:
    by = _("%(field)s “%(found)s”", field=fact.context_name, found=fact.found) if fact.context_name else _("chance")
    return _("By %(by)s they stand at %(number)s of %(total)s, which is the variant “%(variant)s”.",
             by=by, number=fact.number, total=fact.total, variant=fact.variant)  # fmt: skip


@sentence.register
def _overridden(fact: facts.VariantOverridden, _segments: Segments) -> str:
    return _("The variant “%(variant)s” is named for %(field)s “%(found)s”.",
             variant=fact.variant, field=fact.context_name, found=fact.found)  # fmt: skip


@sentence.register
def _no_variants(_fact: facts.NoVariants, _segments: Segments) -> str:
    return ""
