"""Batches in words."""

from collections import Counter

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from studio.console.batch_form import VERBS
from studio.runtime.batches.planning import Preview, Refused
from studio.runtime.batches.wanted import ItemState, State, Verb
from studio.runtime.models import RunBatch

STATES = {
    State.RUNNING: (_l("Under way"), "run"),
    State.PAUSED: (_l("Paused"), "wait"),
    State.DONE: (_l("Done"), "good"),
    State.CANCELLED: (_l("Cancelled"), ""),
}
ITEMS = {
    ItemState.PENDING: (_l("Still to come"), ""),
    ItemState.DONE: (_l("Done"), "good"),
    ItemState.REFUSED: (_l("Refused"), "bad"),
}


def verb(batch: RunBatch) -> str:
    """What it does."""
    return str(VERBS[Verb(batch.verb)])


def state(batch: RunBatch) -> tuple[str, str]:
    """Where it is, and the colour of that."""
    text, kind = STATES[State(batch.state)]
    return str(text), kind


def item(found: str) -> tuple[str, str]:
    """Where one of its runs is."""
    text, kind = ITEMS[ItemState(found)]
    return str(text), kind


def percent(batch: RunBatch) -> int:
    """How much of it is through."""
    return 100 * (batch.done + batch.refused) // max(1, batch.total)


def counted(found: Counter[str]) -> str:
    """Steps and how many of each."""
    return ", ".join(f"{name} ({count})" for name, count in found.most_common(6))


def refusals(found: Preview) -> dict[str, list[Refused]]:
    """Runs with which it cannot be done, by what stands against it."""
    grouped = dict[str, list[Refused]]()
    for one in found.refused:
        grouped.setdefault(one.why, []).append(one)
    return grouped


def headline(found: Preview) -> tuple[str, str]:
    """Colour and headline of what would happen."""
    runs = ngettext("%(num)d run fits.", "%(num)d runs fit.", len(found.run_ids))
    if found.again:
        twice = _("Something that has happened would happen again.")
        return "warn", f"{runs} {twice}"
    return "info", str(runs)


def looked_at(found: Preview) -> str:
    """How far the plans were worked out."""
    if found.looked_at >= len(found.run_ids):
        return ""
    said = ngettext(
        "Worked out for the first one; each other run is planned when its turn comes, by the same rule.",
        "Worked out for the first %(num)d; each other run is planned when its turn comes, by the same rule.",
        found.looked_at,
    )  # fmt: skip
    return str(said)
