"""Which flags a flag may depend on: such as exist, and depend on none themselves."""

from collections.abc import Iterator, Mapping

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.flags.evaluation import limits
from studio.flags.evaluation.checks import amount
from studio.flags.evaluation.documents import Dependency, Feature


def dependency_problems(feature: Feature, others: Mapping[str, Feature], path: str) -> Iterator[FieldProblem]:
    """`others` are all flags of the environment; the one of the same name is replaced by `feature`."""
    yield from amount(feature.dependencies, limits.DEPENDENCIES, path)
    seen: set[str] = set()
    for index, dependency in enumerate(feature.dependencies):
        at = f"{path}.{index}"
        if dependency.feature in seen:
            message = _("It depends on “%(name)s” twice.", name=dependency.feature[:60])
            yield FieldProblem(f"{at}.feature", "flag.duplicate_parent", message)
        seen.add(dependency.feature)
        yield from _parent(feature, dependency, others, at)
    if feature.dependencies:
        yield from _children(feature, others, path)


def _parent(feature: Feature, dependency: Dependency, others: Mapping[str, Feature], at: str) -> Iterator[FieldProblem]:
    name = dependency.feature
    parent = others.get(name)
    if name == feature.name or (parent is not None and _leads_to(parent, feature.name, others)):
        message = _("“%(name)s” depends on this flag: neither could ever be on.", name=name)
        yield FieldProblem(f"{at}.feature", "flag.cycle", message)
    elif parent is None:
        message = _("There is no flag “%(name)s”.", name=name[:60])
        yield FieldProblem(f"{at}.feature", "flag.unknown_parent", message)
    elif parent.dependencies:
        message = _("“%(name)s” depends on another flag itself. Only one level is possible.", name=name)
        yield FieldProblem(f"{at}.feature", "flag.parent_depends", message)
    elif dependency.variants:
        yield from _variants(dependency, parent, at)


def _variants(dependency: Dependency, parent: Feature, at: str) -> Iterator[FieldProblem]:
    if not dependency.enabled:
        message = _("A flag that has to be off gives no variant. Leave the variants out.")
        yield FieldProblem(f"{at}.variants", "flag.variants_of_off", message)
        return
    yield from amount(dependency.variants, limits.VARIANTS, f"{at}.variants")
    given = {one.name for one in parent.variants}
    given.update(one.name for strategy in parent.strategies for one in strategy.variants)
    for index, name in enumerate(dependency.variants):
        if name not in given:
            message = _("“%(parent)s” has no variant “%(name)s”.", parent=parent.name, name=name[:60])
            yield FieldProblem(f"{at}.variants.{index}", "flag.unknown_variant", message)


def _children(feature: Feature, others: Mapping[str, Feature], path: str) -> Iterator[FieldProblem]:
    for other in others.values():
        if other.name != feature.name and any(one.feature == feature.name for one in other.dependencies):
            message = _("“%(name)s” depends on this flag, so it may depend on none itself.", name=other.name)
            yield FieldProblem(path, "flag.has_children", message)
            return


def _leads_to(start: Feature, goal: str, others: Mapping[str, Feature]) -> bool:
    waiting, seen = [start], {start.name}
    while waiting:
        for dependency in waiting.pop().dependencies:
            if dependency.feature == goal:
                return True
            following = others.get(dependency.feature)
            if following is not None and following.name not in seen:
                seen.add(following.name)
                waiting.append(following)
    return False
