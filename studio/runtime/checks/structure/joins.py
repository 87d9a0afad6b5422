"""How many branches a step waits for."""

from collections.abc import Iterator

from studio.core.i18n import gettext
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Fix, Problem


def join_problems(outline: Outline) -> Iterator[Problem]:
    """Counts of branches that cannot be reached."""
    for key, step in outline.steps.items():
        found = outline.types.get(key)
        rule = join_rule(outline, key)
        if found is None or rule is None:
            continue
        mode, count = rule
        ways = len(outline.into[key])
        field = "join.count" if step.join is not None else "config.count"
        if mode == "count" and not found.is_join:
            message = gettext("%(key)s cannot count branches; put a “Join” before it.", key=outline.name(key))
            yield outline.problem("graph.join_rule", message, key, "join.mode")
        elif mode == "count" and count > ways:
            message = gettext(
                "%(key)s waits for %(count)s branches, but only %(ways)s lead to it.",
                key=outline.name(key),
                count=count,
                ways=ways,
            )
            fix = Fix.change(key, field, ways, gettext("Wait for %(ways)s", ways=ways)) if ways else None
            yield outline.problem("graph.join_count", message, key, field, fix=fix)


def join_rule(outline: Outline, key: str) -> tuple[str, int] | None:
    """(mode, count) of a step, from its own `join` or a join's config; None: the usual rule."""
    step, found = outline.steps[key], outline.types.get(key)
    if step.join is not None:
        return step.join.mode, step.join.count if step.join.mode == "count" else 1
    if found is None or not found.is_join:
        return None
    mode, count = step.config.get("mode", "all"), step.config.get("count", 2)
    if mode == "count":
        whole = isinstance(count, int) and not isinstance(count, bool) and count >= 1
        return mode, count if whole else 2
    return ("any", 1) if mode == "any" else ("all", 1)
