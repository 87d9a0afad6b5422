"""What a batch would do, before it does: which runs, and of the first of them what would happen."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from urllib.parse import parse_qsl
from uuid import UUID

from sqlalchemy import select

from studio.core.errors import InvalidInput, StudioError
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.batches.doing import Hands, wish_of
from studio.runtime.batches.wanted import MOST_RUNS, Verb, Wanted, hash_of
from studio.runtime.history import filters, listing
from studio.runtime.models import Run
from studio.runtime.outcomes import ENDED, STUCK
from studio.runtime.service.rerun_plan import look

LOOKED_AT = 20
"""Runs whose plans are worked out before a batch begins; each of the others is, when its turn comes."""
_PAGE, _MOST_PAGES = 500, 40


@dataclass(frozen=True, slots=True)
class Refused:
    """A run with which it cannot be done."""

    run_id: UUID
    title: str
    why: str


@dataclass(slots=True)
class Preview:
    """What would happen."""

    run_ids: Sequence[UUID]
    hash: str
    looked_at: int = 0
    again: Counter[str] = field(default_factory=Counter)
    """Effects that have happened and would happen again, by step."""
    tried: Counter[str] = field(default_factory=Counter)
    """Effects that did not happen, or not yet."""
    kept: int = 0
    """Effects that are not repeated."""
    asks: Counter[str] = field(default_factory=Counter)
    """Steps that ask people, or guard."""
    refused: list[Refused] = field(default_factory=list)


def preview(uow: UnitOfWork, address: str, wanted: Wanted, hands: Hands, zone: tzinfo) -> Preview:
    """Look. Raises InvalidInput where the filter is none, finds nothing, or finds too many."""
    found = runs_of(uow, address, zone)
    made = Preview(found, hash_of(wanted, found))
    first = uow.session.scalars(select(Run).where(Run.id.in_(found[:LOOKED_AT])).order_by(Run.id))
    for run in first:
        made.looked_at += 1
        try:
            _look(uow, run, wanted, hands, made)
        except StudioError as error:
            made.refused.append(Refused(run.id, run.title or "", error.message))
    return made


def runs_of(uow: UnitOfWork, address: str, zone: tzinfo) -> list[UUID]:
    """The runs that a filter finds now, oldest first."""
    wanted, problems = filters.read(parse_qsl(address), zone)
    if problems:
        raise InvalidInput(problems[0].message, code="query.invalid", problems=problems)
    found, before = list[UUID](), None
    for _page in range(_MOST_PAGES):  # an index gives some pages with less than it was asked for
        page = listing.runs(uow, wanted, before=before, limit=_PAGE)
        found += [row.id for row in page.rows]
        before = page.older
        if before is None or len(found) > MOST_RUNS:
            break
    if not found:
        raise InvalidInput(_("No run fits this filter."), code="batch.empty", field="filter")
    if len(found) > MOST_RUNS or before is not None:
        said = _(
            "More than %(most)s runs fit. Narrow the filter, by a shorter time for example.", most=separated(MOST_RUNS)
        )
        raise InvalidInput(said, code="batch.too_many", field="filter")
    return sorted(found)


def _look(uow: UnitOfWork, run: Run, wanted: Wanted, hands: Hands, made: Preview) -> None:
    if wanted.verb is not Verb.RERUN:
        fits = run.state not in ENDED if wanted.verb is Verb.CANCEL else run.state in STUCK
        if not fits:
            said = _("It has ended already.") if wanted.verb is Verb.CANCEL else _("It needs no decision.")
            made.refused.append(Refused(run.id, run.title or "", said))
        return
    found = look(uow, run, hands.versions, wish_of(run, wanted))
    plan, nodes = found.plan, found.plan.facts.graph.nodes
    why = ""
    if plan.problems:
        why = plan.problems[0].message
    elif plan.in_doubt:
        why = _("Nobody knows whether one of its calls arrived.")
    elif found.repeated:
        why = _("It has been repeated already.")
    elif plan.again and not wanted.repeats:
        why = _("What has happened would happen again.")
    if why:
        made.refused.append(Refused(run.id, run.title or "", why))
        return
    made.again.update(nodes[past.node].name for past in plan.again)
    made.tried.update([*(nodes[past.node].name for past in plan.retried), *(nodes[key].name for key in plan.first)])
    made.asks.update(nodes[key].name for key in plan.asks)
    made.kept += len(plan.reused)
