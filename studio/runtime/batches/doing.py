"""One verb, one run: what a page offers for one of them is done by the same services."""

from dataclasses import dataclass
from uuid import UUID

from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.batches.wanted import Verb, Wanted
from studio.runtime.models import Run
from studio.runtime.rerun.facts import Finding, Given
from studio.runtime.service import runs
from studio.runtime.service.ending import Withdraw
from studio.runtime.service.rerun_plan import Versions, Wish, look
from studio.runtime.service.rerunning import rerun
from studio.runtime.service.settling import mark_done, settle, skip
from studio.runtime.service.starts import Hint


@dataclass(frozen=True, slots=True)
class Hands:
    """What the verbs need of the engine."""

    versions: Versions
    hint: Hint
    withdraw: Withdraw


def do(uow: UnitOfWork, run: Run, wanted: Wanted, hands: Hands) -> UUID | None:
    """Do it; the new run where one is made. Raises the StudioError of the verb's service."""
    match wanted.verb:
        case Verb.RERUN:
            return _rerun(uow, run, wanted, hands)
        case Verb.REPEAT | Verb.ARRIVED:
            settle(uow, run, Finding(wanted.verb.value), hands.hint)
        case Verb.SKIP:
            skip(uow, run, Given(wanted.output, wanted.port), hands.hint)
        case Verb.DONE:
            mark_done(uow, run, hands.withdraw, wanted.reason, hint=hands.hint)
        case Verb.CANCEL:
            runs.cancel(uow, run, hands.withdraw, wanted.reason, hint=hands.hint)
    return None


def wish_of(run: Run, wanted: Wanted) -> Wish:
    """What a re-run of this one starts from. Raises Conflict where no step of it failed."""
    if not wanted.from_failed:
        return Wish(newest=wanted.newest)
    failed = (run.error or {}).get("node")
    if not failed:
        raise Conflict(_("No step of this run has failed, so there is none to start from."), code="rerun.none_failed")
    return Wish(from_step=failed, newest=wanted.newest)


def _rerun(uow: UnitOfWork, run: Run, wanted: Wanted, hands: Hands) -> UUID:
    """By the plan of this moment: what has happened is repeated only where whoever began the batch agreed to it."""
    wish = wish_of(run, wanted)
    found = look(uow, run, hands.versions, wish)
    if found.repeated:
        raise Conflict(_("It has been repeated already."), code="rerun.repeated", resource=f"run:{found.repeated[-1]}")
    seen = found.hash if wanted.repeats or not found.must_be_seen else None
    return rerun(uow, run, hands.versions, hands.hint, wish, seen=seen, withdraw=hands.withdraw).id
