"""What a re-run would do, in words."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from studio.console import words
from studio.contract.node import node_type
from studio.runtime.rerun.lines import Fate, Line, lines
from studio.runtime.rerun.planner import Plan
from studio.runtime.service.rerun_plan import Look

FATES = {
    Fate.KEPT: (_l("Kept"), ""),
    Fate.GOES_ON: (_l("Goes on"), "run"),
    Fate.SKIPPED: (_l("Skipped"), ""),
    Fate.AGAIN: (_l("Happens again"), "warn"),
    Fate.RETRIED: (_l("Tried again"), "run"),
    Fate.IN_DOUBT: (_l("In doubt"), "bad"),
    Fate.FIRST: (_l("Happens"), "run"),
    Fate.ASKS: (_l("Asks"), "wait"),
    Fate.ASKS_AGAIN: (_l("Asks again"), "wait"),
    Fate.RUNS: (_l("Worked out anew"), ""),
}
MEANS = {
    Fate.KEPT: _l("Its earlier result is used."),
    Fate.GOES_ON: _l("With the list that it had."),
    Fate.SKIPPED: _l("The run goes on with what you gave in its place."),
    Fate.AGAIN: _l("It has happened already."),
    Fate.RETRIED: _l("It did not happen. The same key goes out while the content is unchanged."),
    Fate.IN_DOUBT: _l("Nobody knows whether it happened. Find out, and say so."),
    Fate.FIRST: _l("For the first time."),
    Fate.ASKS: _l("Nobody was asked before."),
    Fate.ASKS_AGAIN: _l("The earlier answer does not hold for the new run."),
    Fate.RUNS: _l("Nothing outside of the run changes."),
}
SHOWN_ITEMS = 5


@dataclass(frozen=True, slots=True)
class Told:
    """Steps of one name that share a fate."""

    name: str
    icon: str
    kind: str
    fate: words.Said
    means: str
    items: str
    protected: bool


def told(plan: Plan) -> list[Told]:
    """In the order of the graph."""
    groups = dict[tuple[str, Fate], list[Line]]()
    for line in lines(plan):
        groups.setdefault((line.node, line.fate), []).append(line)
    return [_told(plan, key, fate, group) for (key, fate), group in groups.items()]


def _told(plan: Plan, key: str, fate: Fate, group: list[Line]) -> Told:
    node, found = plan.facts.graph.nodes[key], node_type(plan.facts.graph.nodes[key].type)
    text, kind = FATES[fate]
    means = str(MEANS[fate])
    if fate in (Fate.ASKS, Fate.ASKS_AGAIN) and found is not None and (who := found.summary(node.config)):
        means = f"{who}. {means}"
    paths = [words.item(line.path) for line in group if line.path]
    items = ""
    if paths:
        named = ", ".join(paths[:SHOWN_ITEMS]) + (" …" if len(paths) > SHOWN_ITEMS else "")
        items = ngettext("item %(named)s", "%(num)d items: %(named)s", len(paths), named=named)
    return Told(
        node.name, found.icon if found else "alert", found.kind.value if found else "data",
        words.Said(str(text), kind), means, items, any(line.protected for line in group),
    )  # fmt: skip


def verdict(found: Look) -> tuple[str, str, str]:
    """Colour, headline and what to do, for the plan as a whole."""
    made = found.plan
    if made.problems:
        return "bad", _("It cannot be run like this."), " ".join(one.message for one in made.problems)
    if made.in_doubt:
        return "bad", _("A call is in doubt."), _("Look there, then choose below what you found: it arrived, or it is "
                                                  "to be tried again.")  # fmt: skip
    more = _repeated(found)
    if made.again:
        said = ngettext("%(num)d effect that has happened would happen again.",
                        "%(num)d effects that have happened would happen again.", len(made.again))  # fmt: skip
        return "warn", said, more
    kept = ngettext("%(num)d effect is kept and not repeated.", "%(num)d effects are kept and not repeated.",
                    len(made.reused)) if made.reused else ""  # fmt: skip
    return ("warn" if more else "good"), _("Nothing that this run has done happens again."), f"{kept} {more}".strip()


def _repeated(found: Look) -> str:
    if not found.repeated:
        return ""
    said = ngettext("This run has been repeated once already: what that did is done as well.",
                    "This run has been repeated %(num)d times already: what they did is done as well.",
                    len(found.repeated))  # fmt: skip
    return str(said)
