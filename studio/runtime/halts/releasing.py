"""Letting go of what has gathered: parked runs first, then held events, each in its order and at its pace.

One transaction moves the rows and says how far it is, so that a crash in between repeats and loses nothing.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from studio.core.errors import Conflict, InvalidInput
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.halts.policy import AT_ONCE, due
from studio.runtime.models import Event, Halt, Run, TriggerSubscription
from studio.runtime.models.ledger import HELD, PARKED
from studio.runtime.outcomes import Lane, Verdict
from studio.runtime.service.dedup import Once
from studio.runtime.service.starts import Hint, NotNow, Repeated, start
from studio.runtime.standing import apply

REMEMBERED_S = 30 * 86_400.0
"""How long a key is remembered that its trigger says no time for: as the events of Studio itself."""


def release(uow: UnitOfWork, workflow_id: UUID, hint: Hint) -> bool:
    """Let go of what is due of one workflow. Returns whether more is due at once."""
    row = uow.session.get(Halt, workflow_id, with_for_update={"skip_locked": True}, populate_existing=True)
    if row is None or row.resumed_at is None or uow.session.get(Halt, uow.workspace) is not None:
        return False  # paused or stopped again meanwhile, or another worker is at it
    most = due((uow.now - row.resumed_at).total_seconds(), row.per_s, row.total, row.released)
    if not most:
        return False
    done = _unpark(uow, workflow_id, most)
    done += _start(uow, workflow_id, most - done, hint)
    row.released += done
    if done < most:  # there was no more
        uow.session.delete(row)
        apply(uow, workflow_id)
    uow.after_commit(hint)
    fault_point("release.before_commit")
    uow.after_commit(lambda: fault_point("release.after_commit"))
    return done == most == AT_ONCE


def _unpark(uow: UnitOfWork, workflow_id: UUID, most: int) -> int:
    ids = list(
        uow.session.scalars(
            select(Run.id).where(Run.workflow_id == workflow_id, PARKED).order_by(Run.id).limit(most)
            .with_for_update(skip_locked=True)
        )
    )  # fmt: skip
    if ids:
        change = update(Run).where(Run.id.in_(ids), PARKED).values(lane=Lane.MAIN)
        uow.session.execute(change.execution_options(synchronize_session=False))
    return len(ids)


def _start(uow: UnitOfWork, workflow_id: UUID, most: int, hint: Hint) -> int:
    """The oldest held events, one after the other: a second delivery of the same is a repeat of the first."""
    if most <= 0:
        return 0
    held = select(Event).where(Event.workflow_id == workflow_id, HELD).order_by(Event.id).limit(most)
    events = list(uow.session.scalars(held.with_for_update()))
    subscriptions = {event.subscription_id for event in events}
    found = select(TriggerSubscription).where(TriggerSubscription.id.in_(subscriptions))
    triggers = {row.id: row for row in uow.session.scalars(found)}
    for place, event in enumerate(events):
        trigger = triggers.get(event.subscription_id) if event.subscription_id is not None else None
        _let_go(uow, event, trigger, place, hint)
    return len(events)


def _let_go(uow: UnitOfWork, event: Event, trigger: TriggerSubscription | None, place: int, hint: Hint) -> None:
    """By what is published now. Why it starts nothing, where that is so, stands on the event."""
    if trigger is None or not trigger.active:
        event.verdict = Verdict.REFUSED
        event.reason = _("Its trigger was turned off or removed while the event was held.")
        return
    try:
        run = start(uow, trigger, event.body, hint, once=_once(event, trigger), held=event)
    except Repeated as error:
        event.verdict, event.reason, event.run_id = Verdict.DUPLICATE, None, error.run_id
    except NotNow as error:
        event.verdict, event.reason, event.run_id = Verdict.LIMITED, error.message, error.limited.run_id
    except (InvalidInput, Conflict) as error:
        event.verdict, event.reason = Verdict.REFUSED, error.message
    else:
        run.available_at += timedelta(microseconds=place)  # claims go by it, and keep the order


def _once(event: Event, trigger: TriggerSubscription) -> Once | None:
    if event.dedup_key is None:
        return None
    hours = trigger.settings.get("dedup_hours")
    return Once(event.dedup_key, float(hours) * 3_600 if hours else REMEMBERED_S)
