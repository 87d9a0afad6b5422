"""Runs that a person, an application event or a schedule starts: an event and a run in the caller's transaction."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select

from studio.contract.form import Form, answers
from studio.core import tenancy
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.document.bounds import check_payload
from studio.runtime.flow.admission import Limited, limited
from studio.runtime.flow.control import FREE, Control, Keys
from studio.runtime.models import Event, Run, TriggerSubscription, Workflow
from studio.runtime.outcomes import Lane, Mode, RunState, Verdict
from studio.runtime.rows.reading import MOST_ROWS
from studio.runtime.service.dedup import Once, claim, first_run
from studio.runtime.stages.policy import chosen, part_of
from studio.runtime.triggers.called import Called
from studio.runtime.triggers.manual import ROWS, Manual

FORMS: Mapping[str, type[Form]] = {Manual.key: Manual.Config, Called.key: Called.Config}
"""Triggers that ask for something, by type."""


class Hint(Protocol):
    """Tells workers, after the commit, that there is a run in a lane."""

    def __call__(self, lane: str = Lane.MAIN) -> None:
        """Ask for a look."""
        ...


class NotNow(StudioError):
    """What is going on does not let an event start a run."""

    def __init__(self, limited: Limited) -> None:
        error = limited.as_error()
        super().__init__(error.message, code=error.code, resource=error.resource)
        self.status, self.retry_after_s, self.limited = error.status, error.retry_after_s, limited


class Paused(Conflict):
    """Its workflow stands still, or everything does."""

    def __init__(self, subscription: TriggerSubscription) -> None:
        message = subscription.halt_why or _("The workflow is paused.")
        super().__init__(message, code="workflow.paused", resource=f"workflow:{subscription.workflow_id}")
        self.verdict = Verdict.HELD if subscription.halt == "hold" else Verdict.REFUSED


class Repeated(Conflict):
    """An event of the same key has started a run already."""

    def __init__(self, run_id: UUID) -> None:
        super().__init__(_("This event has started a run already."), code="event.repeated", resource=f"run:{run_id}")
        self.run_id = run_id


def start(
    uow: UnitOfWork,
    subscription: TriggerSubscription,
    data: Any,
    hint: Hint,
    *,
    meta: dict[str, Any] | None = None,
    once: Once | None = None,
    called: bool = False,
    held: Event | None = None,
) -> Run:
    """Write the event and the run that it starts, which may have to wait for its turn.

    `called`: another run asks for it, which goes on as far as a pause lets runs go on. `held`: the event is there
    already, and its pause is over.

    Raises Conflict where the trigger is off, Paused where the workflow stands still, Repeated where `once` has started
    a run before, NotNow where the workflow's limits turn it away, and InvalidInput where the data has no key that they
    need. Nothing is written then.
    """
    if not subscription.active:
        raise Conflict(
            _("The workflow is turned off, so nothing was started. Turn it on first."), code="workflow.off",
            resource=f"workflow:{subscription.workflow_id}",
        )  # fmt: skip
    if subscription.halt is not None and not called and held is None:
        raise Paused(subscription)
    _first(uow, subscription, once)
    keys = keys_of(uow, subscription, data)
    run_id, event_id = new_id(), held.id if held is not None else new_id()
    if once is not None and not claim(uow, subscription.id, once, event_id, run_id):
        _first(uow, subscription, once)
    part = part_of(subscription.workflow_id, once.key if once is not None else event_id)
    version_id = chosen(subscription.version_id, subscription.staged_version_id, subscription.staged_share, part)
    run = Run(
        id=run_id, workflow_id=subscription.workflow_id, version_id=version_id, event_id=event_id,
        trigger_node=subscription.node_key, state=RunState.QUEUED, mode=Mode.LIVE, input=data,
        available_at=uow.now, created_at=uow.now, **counted(subscription, keys),
    )  # fmt: skip
    event = held or Event(
        id=event_id, workflow_id=subscription.workflow_id, subscription_id=subscription.id, type=subscription.type,
        meta=meta, received_at=uow.now, dedup_key=once.key if once is not None else None,
    )  # fmt: skip
    event.verdict, event.reason, event.run_id, event.body = Verdict.STARTED, None, run_id, None
    uow.session.add_all((run, event))
    uow.after_commit(hinted(hint, keys))
    return run


def start_or_turn_away(
    uow: UnitOfWork,
    subscription: TriggerSubscription,
    data: Any,
    hint: Hint,
    *,
    meta: dict[str, Any] | None = None,
    once: Once | None = None,
) -> Run | None:
    """As `start`, where nobody waits for an answer: what does not start keeps its event, and why."""
    try:
        return start(uow, subscription, data, hint, meta=meta, once=once)
    except Paused as error:
        turn_away(uow, subscription, data, error.verdict, error.message, meta, key=once.key if once else None)
    except Repeated as error:
        turn_away(uow, subscription, data, Verdict.DUPLICATE, None, meta, error.run_id)
    except NotNow as error:
        turn_away(uow, subscription, data, Verdict.LIMITED, error.message, meta, error.limited.run_id)
    except InvalidInput as error:
        turn_away(uow, subscription, data, Verdict.REFUSED, error.message, meta)
    return None


def _first(uow: UnitOfWork, subscription: TriggerSubscription, once: Once | None) -> None:
    found = first_run(uow, subscription.id, once) if once is not None else None
    if found is not None:
        raise Repeated(found)


def keys_of(uow: UnitOfWork, subscription: TriggerSubscription, data: Any) -> Keys:
    """What a run with this data counts for. Raises NotNow, or InvalidInput where the data has no such key."""
    control = Control.of(subscription.control)
    if control is None:
        return FREE
    keys = control.keys(data)
    uow.session.flush()  # runs that this very unit starts count too
    found = limited(uow.session, subscription.workflow_id, control, keys, uow.now)
    if found is not None:
        raise NotNow(found)
    return keys


def counted(subscription: TriggerSubscription, keys: Keys) -> dict[str, Any]:
    """The columns of a run that its keys fill."""
    return {
        "lane": keys.lane, "gate_key": keys.gate, "order_key": keys.order, "place_key": keys.place,
        "rate_key": keys.rate, "priority": subscription.priority,
    }  # fmt: skip


def hinted(hint: Hint, keys: Keys) -> Callable[[], None]:
    """What is sent after the commit: to the workers, or to the gate."""
    return hint if keys.lane == Lane.MAIN else partial(hint, keys.lane)


def turn_away(
    uow: UnitOfWork,
    subscription: TriggerSubscription,
    data: Any,
    verdict: Verdict,
    reason: str | None,
    meta: dict[str, Any] | None,
    run_id: UUID | None = None,
    key: str | None = None,
) -> None:
    """Write the event that starts no run, or not yet, and why, so that nobody has to guess."""
    uow.session.add(
        Event(
            id=new_id(), workflow_id=subscription.workflow_id, subscription_id=subscription.id, type=subscription.type,
            verdict=verdict, reason=reason, run_id=run_id, dedup_key=key, body=data, meta=meta, received_at=uow.now,
        )
    )  # fmt: skip


def start_manual(uow: UnitOfWork, workflow: Workflow, node_key: str | None, data: Any, hint: Hint) -> Run:
    """Start a workflow by hand at its manual trigger (or any trigger, with the data that it would bring)."""
    found = select(TriggerSubscription).where(TriggerSubscription.workflow_id == workflow.id)
    rows = list(uow.session.scalars(found))
    if node_key is not None:
        rows = [row for row in rows if row.node_key == node_key]
    else:
        rows.sort(key=lambda row: row.type != "trigger.manual")
    if not rows:
        raise InvalidInput(_("This workflow has no such trigger in its published version."), code="trigger.unknown",
                           field="trigger")  # fmt: skip
    meta = {"by": uow.actor.name, "by_id": str(uow.actor.user_id or "")}
    return start(uow, rows[0], answered(rows[0], data), hint, meta=meta)


def answered(subscription: TriggerSubscription, data: Any) -> Any:
    """What was given, checked against the form where the trigger has one. Raises InvalidInput."""
    check_payload(data)
    asked = FORMS.get(subscription.type)
    if asked is None:
        return data
    form = asked.model_validate(subscription.settings)
    if isinstance(form, Manual.Config) and form.rows:
        return _rows(form, data)
    if isinstance(data, dict):
        return answers(form, data)
    if form.fields:
        raise InvalidInput(_("The form's answers are an object of names and values."), code="form.invalid",
                           field="data")  # fmt: skip
    return data


def _rows(form: Manual.Config, data: Any) -> Any:
    """Each row as the form's answers."""
    given = data.get(ROWS) if isinstance(data, dict) and set(data) == {ROWS} else None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        said = _("Send the rows as a list of objects, named “rows”.")
        raise InvalidInput(said, code="form.invalid", field="data.rows")
    if not 0 < len(given) <= MOST_ROWS:
        said = _("Send at least one row, and at most %(most)s.", most=separated(MOST_ROWS))
        raise InvalidInput(said, code="form.rows", field="data.rows")
    return {ROWS: [answers(form, one, f"data.rows.{index}") for index, one in enumerate(given)]}


def get_run(uow: UnitOfWork, run_id: UUID | None) -> Run:
    """One run of this workspace. Raises NotFound."""
    return tenancy.get(uow.session, Run, run_id, "run")
