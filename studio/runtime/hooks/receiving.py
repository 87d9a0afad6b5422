"""One delivery, from bytes to an accepted run. No request, session or ORM: this is the hot path."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from studio.core import clock
from studio.core.clashes import is_outage
from studio.core.deliveries import MAX_BYTES, Delivery, Reply, WrongMethod
from studio.core.errors import Conflict, InvalidInput, NotFound, TooLarge, TooManyRequests
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.metrics import ACCEPTED
from studio.core.problems import as_problem
from studio.core.signatures import Verified
from studio.core.tracing import Traced, Tracing
from studio.core.unit_of_work import Database
from studio.runtime.engine.answers import Answers, Call, Ended
from studio.runtime.flow.control import FREE
from studio.runtime.history.payloads import payload
from studio.runtime.hooks.addresses import LENGTHS, Addresses, Hook
from studio.runtime.hooks.proving import Proving
from studio.runtime.hooks.source_receiving import Moved, SourceReceiver
from studio.runtime.ledger.rows import Accepted, Admission
from studio.runtime.models import IN_ORDER, Event, Run, Step
from studio.runtime.outcomes import ENDED, STUCK
from studio.runtime.service.gathering import Arrived, gather
from studio.runtime.triggers.deliveries import dedup_key, gather_key, read_data

Found = TypeVar("Found")

_TOLD = ("code", "message")
"""What a sender hears of an error; where in the workflow it happened is for those who build it."""


class Receiver:
    """Accepts deliveries for one process."""

    def __init__(
        self,
        database: Database,
        addresses: Addresses,
        shed: Callable[[UUID], None],
        accept: Callable[[Accepted], Admission],
        answers: Answers,
        proving: Proving,
        sources: SourceReceiver,
        tracing: Tracing | None = None,
    ) -> None:
        """`shed` raises Unavailable where a workspace's deliveries are to come later.

        `sources` is asked where no workflow's webhook has the address.
        """
        self._database, self._addresses, self._shed, self._accept = database, addresses, shed, accept
        self._answers, self._proving, self._sources = answers, proving, sources
        self._tracing = tracing

    def receive(self, address: str, delivery: Delivery) -> Reply:
        """Answer after the commit. Raises StudioError for what is refused before anything is written."""
        began = clock.local_now() if self._tracing is not None else None
        hook = self._addresses.find(address)
        if hook is None:
            return self._elsewhere(address, delivery)
        config = hook.config
        if delivery.method not in config.methods:
            raise WrongMethod(delivery.method, config.methods)
        self._shed(hook.workspace_id)
        verified = self._proving.verify(hook.workspace_id, config, delivery)
        if len(delivery.body) > MAX_BYTES:
            raise TooLarge(
                _("The body is larger than %(max_bytes)s KiB.", max_bytes=separated(MAX_BYTES // 1024)),
                code="webhook.too_large",
            )
        data = read_data(config, delivery.content_type, delivery.body, delivery.query)
        event = self._event(hook, data, delivery, verified)
        if config.gather != "none":
            return self._gather(hook, event, delivery)
        if not event.respond:
            admission = self._admit(event)
            self._trace(began, event, admission, delivery)
            return _reply(admission)
        with self._answers.expect(event.run_id) as call:
            admission = self._admit(event)
            self._trace(began, event, admission, delivery)
            if admission.verdict != "started":
                return _reply(admission)
            return self._result(hook, event.run_id, call, config.wait_s)

    def _elsewhere(self, address: str, delivery: Delivery) -> Reply:
        """Where no workflow has it: an event source may, or a workflow that has taken it over in this very moment."""
        try:
            reply = self._sources.receive(address, delivery) if len(address) in LENGTHS else None
        except Moved:
            reply = self.receive(address, delivery) if self._addresses.find(address) is not None else None
        if reply is None:
            raise NotFound(_("There is no webhook at this address."), code="webhook.unknown")
        return reply

    def _gather(self, hook: Hook, event: Accepted, delivery: Delivery) -> Reply:
        """Keep it until its time. Whoever sends it need not wait for that."""
        if event.verdict != "started":
            return _reply(self._admit(event))
        try:
            roots = {"trigger": event.body, "headers": delivery.headers, "query": delivery.query}
            key = gather_key(hook.config.gather_key, roots)
        except InvalidInput as error:
            event.verdict, event.reason = "refused", error.message
            return _reply(self._admit(event))
        arrived = Arrived(
            event.body, key, len(delivery.body), event.meta, event.dedup_key, event.dedup_seconds, event.event_id
        )
        with self._database.unit(hook.workspace_id) as unit:
            verdict, run_id = gather(unit, hook.subscription_id, hook.config, arrived)
            kept = unit.session.get(Event, arrived.id) if verdict == "refused" else None
            reason = kept.reason if kept is not None else None
        ACCEPTED.labels(verdict).inc()
        return _reply(Admission(event.event_id, run_id, verdict, reason))

    def _admit(self, event: Accepted) -> Admission:
        admission = self._accept(event)
        ACCEPTED.labels(admission.verdict).inc()
        return admission

    def _trace(self, began: datetime | None, event: Accepted, admission: Admission, delivery: Delivery) -> None:
        """From the first byte read to the commit, as part of the run that it started, or of the first one's."""
        if self._tracing is None or began is None or admission.run_id is None:
            return
        facts: dict[str, str | int] = {
            "http.request.method": delivery.method, "http.request.body.size": len(delivery.body),
            "studio.run_id": str(admission.run_id), "studio.workspace_id": str(event.workspace_id),
            "studio.workflow_id": str(event.workflow_id), "studio.verdict": admission.verdict,
        }  # fmt: skip
        self._tracing.send(
            Traced(
                admission.run_id, event.event_id, "webhook", began, clock.local_now(), facts, kind="server",
                sender=delivery.headers.get("traceparent"),
            )
        )  # fmt: skip

    def _event(self, hook: Hook, data: Any, delivery: Delivery, verified: Verified) -> Accepted:
        config, verdict, reason, key, keys = hook.config, "started", None, None, FREE
        try:
            key = dedup_key(config, data, delivery.headers, delivery.query)
            if hook.control is not None and config.gather == "none":  # what is gathered counts when its run starts
                keys = hook.control.keys(data)
        except InvalidInput as error:
            verdict, reason = "refused", error.message
        meta = {"method": delivery.method, "content_type": delivery.content_type}
        if verified.delivery_id:
            meta["delivery_id"] = verified.delivery_id
        return Accepted(
            new_id(), new_id(), hook.workspace_id, hook.workflow_id, hook.subscription_id, hook.version_id,
            hook.node_key, "trigger.webhook", data, meta, key or verified.once,
            config.dedup_hours * 3600.0, config.answer == "result", verdict, reason,
            hook.control, keys,
        )  # fmt: skip

    def _result(self, hook: Hook, run_id: UUID, call: Call | None, limit_s: float) -> Reply:
        ended = call.wait(lambda: _asked(lambda: self._look(hook, run_id)), limit_s) if call is not None else None
        if ended is None:
            return Reply(202, {"run_id": str(run_id), "state": _asked(lambda: self._state(hook, run_id))})
        told = {name: ended.error[name] for name in _TOLD if name in ended.error} if ended.error else None
        return Reply(
            200 if ended.state == "succeeded" else 502,
            {"run_id": str(run_id), "state": ended.state, "output": ended.output, "error": told},
        )

    def _look(self, hook: Hook, run_id: UUID) -> Ended | None:
        with self._database.unit(hook.workspace_id, read_only=True) as unit:
            run = unit.session.execute(select(Run.state, Run.error).where(Run.id == run_id)).one()
            if run.state not in (*ENDED, *STUCK):
                return None
            last = (
                select(Step.output)
                .where(Step.run_id == run_id)
                .order_by(*(moment.desc() for moment in IN_ORDER))
                .limit(1)
            )
            return Ended(run_id, run.state, payload(unit, unit.session.execute(last).scalar()), run.error)

    def _state(self, hook: Hook, run_id: UUID) -> str | None:
        with self._database.unit(hook.workspace_id, read_only=True) as unit:
            return unit.session.execute(select(Run.state).where(Run.id == run_id)).scalar()


def _asked(question: Callable[[], Found]) -> Found | None:
    """None where the database cannot be asked now: what was accepted is never answered as a failure."""
    try:
        return question()
    except SQLAlchemyError as error:
        if not is_outage(error):
            raise
        return None


def _reply(admission: Admission) -> Reply:
    run_id = str(admission.run_id) if admission.run_id else None
    match admission.verdict:
        case "started":
            return Reply(202, {"run_id": run_id})
        case "gathered" | "held":
            why = {"reason": admission.reason} if admission.verdict == "held" else {}
            return Reply(202, {"event_id": str(admission.event_id), str(admission.verdict): True} | why)
        case "duplicate":
            return Reply(200, {"run_id": run_id, "duplicate": True})
        case "limited" if admission.run_id is not None:
            return Reply(200, {"run_id": run_id, "skipped": True, "reason": admission.reason})
        case "limited" if admission.retry_after_s is not None:
            again = TooManyRequests(admission.reason or "", code="webhook.limited")
            problem = as_problem(again, None) | {"event_id": str(admission.event_id)}
            return Reply(429, problem, [("Retry-After", str(admission.retry_after_s))])
        case _:
            refused = Conflict(admission.reason or "", code=f"webhook.{admission.verdict}")
            return Reply(409, as_problem(refused, None) | {"event_id": str(admission.event_id)})
