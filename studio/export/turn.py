"""One destination's turn: read a window of the trail, process, send batch by batch, move the cursor after each.

Nothing is open while a batch is under way. The cursor moves only from where this turn found it and only while nobody
has changed what is sent where, so a turn that comes late, from a worker that hung, writes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import update

from studio import audit
from studio.audit import following
from studio.audit.taxonomy import exports as actions
from studio.core import clock, rng
from studio.core.errors import StudioError
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database, UnitOfWork
from studio.export import notices, policy
from studio.export.calling import of_error
from studio.export.components import CannotProcess, Entry, Exporter, Reach, Sending
from studio.export.models import ExportDestination
from studio.export.outcomes import LIVE, SENT, Fate, State, Verdict
from studio.export.pipelines import document
from studio.export.pipelines.document import Compiled
from studio.export.records import Aside, Record, of_event
from studio.export.service import configs, dead_letters, waiting
from studio.export.service.destinations import name_of

log = structlog.get_logger()

WINDOW = 1_000
"""Events read at once."""
KEEP_EVERY_S = 10.0
SUSPICIOUS = 20
"""Events refused in a row, each alone: then it is the destination that is set up wrongly, not the events."""


@dataclass(slots=True)
class Plan:
    """What a turn goes by."""

    name: str
    pipeline: Compiled
    exporter: Exporter[Any]
    generation: int
    cursor: int
    attempts: int
    now: datetime
    records: Sequence[Record]
    letters: bool


class Lost(Exception):
    """Somebody else has the destination, or has changed it, since."""


class Turn:
    """Made for one turn and thrown away."""

    def __init__(
        self, database: Database, reach: Reach, workspace_id: UUID, destination_id: UUID, keep: Callable[[], bool]
    ) -> None:
        """`keep` renews the lease; False where it is another's by now."""
        self._database, self._reach = database, reach
        self._workspace_id, self._id, self._keep = workspace_id, destination_id, keep
        self._kept = clock.monotonic()
        self._refused = 0
        """Events in a row that were put aside."""
        self._left_out: frozenset[int] = frozenset()
        """Numbers of the events of the window that a processor leaves out."""

    def run(self, until: float) -> tuple[int, bool]:
        """Deliver until then. Returns how many events were settled, and whether none is left for now."""
        settled = 0
        try:
            while clock.monotonic() < until:
                plan = self._plan()
                if plan is None:
                    return settled, True
                if plan.letters and self._letters(plan):
                    return settled, True
                if not plan.records:
                    return settled, True
                count, stopped = self._window(plan, until)
                settled += count
                if stopped:
                    return settled, True
        except Lost:
            log.info("export_turn_lost", destination_id=str(self._id))
            return settled, True
        return settled, False

    def _plan(self) -> Plan | None:
        with self._database.unit(self._workspace_id) as uow:
            row = uow.session.get(ExportDestination, self._id)
            config = configs.current(uow)
            if row is None or config is None or row.state not in LIVE or row.due_at > uow.now:
                return None
            pipeline = document.read(config.text).pipelines[row.pipeline]
            events = following.events_after(uow, row.cursor, WINDOW)
            return Plan(
                name_of(row), pipeline, pipeline.exporters[row.exporter], row.generation, row.cursor, row.attempts,
                uow.now, [of_event(event) for event in events], letters=row.letters_queued > 0,
            )  # fmt: skip

    def _window(self, plan: Plan, until: float) -> tuple[int, bool]:
        """Returns how many events were settled, and whether the destination wants a pause."""
        entries, asides = prepared(plan.pipeline, plan.exporter, plan.records)
        kept = {one.record.seq for one in entries} | {one.record.seq for one in asides}
        self._left_out = frozenset(record.seq for record in plan.records if record.seq not in kept)
        sizes = [len(entry.data) + 2 for entry in entries]
        spans = policy.cut(sizes, most_items=plan.exporter.item_limit, most_bytes=plan.exporter.byte_limit)
        behind, last = 0, plan.records[-1]
        while spans and clock.monotonic() < until:
            verdict = self.send(plan, entries[spans[0].first : spans[0].end])
            move = policy.after(spans, verdict.fate)
            if move.stop:
                self._stop(plan, verdict)
                return behind, True
            if move.done is not None or move.dead is not None:
                at = entries[spans[0].end - 1].record if move.left else last
                dead = [] if move.dead is None else [Aside(entries[move.dead].record, verdict)]
                self._refused = self._refused + 1 if dead else 0
                passed, asides = _passed(asides, at.seq)
                taken = move.done.length if move.done is not None else 0
                behind += self._advance(plan, at, taken, [*passed, *dead])
                if self._refused >= SUSPICIOUS:
                    self._stop(plan, Verdict(Fate.HOLD, "export.refuses_everything", _refuses(verdict)))
                    return behind, True
            spans = move.left
        if not entries:
            behind += self._advance(plan, last, 0, asides)
        return behind, False

    def _letters(self, plan: Plan) -> bool:
        """Send what was put aside once more, each alone. Returns whether the destination wants a pause."""
        with self._database.unit(self._workspace_id) as uow:
            events = following.events_numbered(uow, dead_letters.queued(uow, self._id))
        for record in map(of_event, events):
            entries, asides = prepared(plan.pipeline, plan.exporter, [record])
            verdict = asides[0].verdict if asides else self.send(plan, entries) if entries else SENT
            if verdict.fate in (Fate.RETRY, Fate.HOLD):
                self._stop(plan, verdict)
                return True
            with self._database.unit(self._workspace_id) as uow:
                dead_letters.settle(uow, self._id, Aside(record, verdict))
        return False

    def send(self, plan: Plan, batch: Sequence[Entry]) -> Verdict:
        """One attempt, with no transaction open."""
        self._hold()
        now = clock.local_now()
        sending = Sending(self._reach, self._workspace_id, self._id, now, self._hold)
        verdict = attempt(plan.exporter, batch, sending)
        fault_point("export.sent")
        return verdict

    def _hold(self) -> None:
        if clock.monotonic() - self._kept > KEEP_EVERY_S:
            if not self._keep():
                raise Lost
            self._kept = clock.monotonic()

    def _advance(self, plan: Plan, at: Record, taken: int, asides: Sequence[Aside]) -> int:
        """Move the cursor behind an event. Returns by how many."""
        with self._database.unit(self._workspace_id) as uow:
            values: dict[str, Any] = {
                "cursor": at.seq, "cursor_at": at.recorded_at, "state": State.ACTIVE, "attempts": 0,
                "last_error": None, "last_code": None, "failed_at": None, "due_at": uow.now,
                "delivered": ExportDestination.delivered + taken,
            }  # fmt: skip
            if taken:
                values["sent_at"] = uow.now
            self._write(uow, plan, values)
            dead_letters.put_aside(uow, self._id, asides)
            waiting.settle(uow, self._id, at.seq, asides, self._left_out)
        fault_point("export.after_commit")
        moved, plan.cursor, plan.attempts = at.seq - plan.cursor, at.seq, 0
        return moved

    def _stop(self, plan: Plan, verdict: Verdict) -> None:
        """Come back later, or not before somebody has mended it."""
        held = verdict.fate is Fate.HOLD
        retry, attempts = plan.exporter.config.retry_on_failure, plan.attempts + 1
        pause = policy.pause_s(
            attempts, verdict.wait_s, first_s=retry.initial_interval, most_s=retry.max_interval, part=rng.jitter(1.0)
        )
        log.warning("export_not_delivered", destination_id=str(self._id), code=verdict.code, held=held)
        with self._database.unit(self._workspace_id) as uow:
            row = uow.session.get_one(ExportDestination, self._id)
            values = {
                "state": State.HELD if held else State.RETRYING, "attempts": attempts,
                "due_at": uow.now + timedelta(seconds=pause), "last_error": verdict.said, "last_code": verdict.code,
                "failed_at": row.failed_at or uow.now,
            }  # fmt: skip
            self._write(uow, plan, values)
            queue = plan.exporter.config.sending_queue.queue_size
            if following.head(uow) - plan.cursor >= queue:
                notices.full(uow, self._id, queue)
            if held:
                notices.held(uow, self._id)
                facts = {"destination": plan.name, "code": verdict.code}
                target = audit.Target("export_destination", self._id, plan.name)
                audit.record(uow, actions.HELD, targets=[target], metadata=facts, outcome="failure",
                             reason=verdict.said, code=verdict.code)  # fmt: skip

    def _write(self, uow: UnitOfWork, plan: Plan, values: dict[str, Any]) -> None:
        mine = (
            update(ExportDestination)
            .where(
                ExportDestination.id == self._id,
                ExportDestination.generation == plan.generation,
                ExportDestination.cursor == plan.cursor,
                ExportDestination.state.in_(LIVE),
            )
            .values(**values)
            .returning(ExportDestination.id)
            .execution_options(synchronize_session=False)
        )
        if uow.session.execute(mine).first() is None:
            raise Lost


def attempt(exporter: Exporter[Any], batch: Sequence[Entry], sending: Sending) -> Verdict:
    """Send a batch; whatever goes wrong is a verdict."""
    try:
        return exporter.send(batch, sending)
    except StudioError as error:
        return of_error(error)
    except Lost:
        raise
    except Exception:  # a defect of ours: nothing is lost, and nobody else is held up
        log.exception("exporter_broke", kind=exporter.kind)
        return Verdict(Fate.RETRY, "export.internal", _("Studio could not send this; its log says why."))


def prepared(pipeline: Compiled, exporter: Exporter[Any], records: Sequence[Record]) -> tuple[list[Entry], list[Aside]]:
    """What is to be sent, encoded, and what cannot be. What a filter leaves out is in neither."""
    entries: list[Entry] = []
    asides: list[Aside] = []
    for record in records:
        try:
            left = pipeline.process(record)
            if left is not None:
                entries.append(Entry(left, exporter.encode(left)))
        except CannotProcess as error:
            asides.append(Aside(record, Verdict(Fate.REFUSED, "export.processor", str(error))))
        except (TypeError, ValueError, KeyError) as error:  # a form that an encoder does not know: this event's alone
            log.warning("export_not_encoded", seq=record.seq, error=type(error).__name__)
            asides.append(Aside(record, Verdict(Fate.REFUSED, "export.encoding", _("It cannot be written this way."))))
    return entries, asides


def _refuses(last: Verdict) -> str:
    said = _("It refused %(count)s events in a row, so nothing more is sent.", count=SUSPICIOUS)
    return f"{said} {last.said}"


def _passed(asides: list[Aside], seq: int) -> tuple[list[Aside], list[Aside]]:
    """Those up to an event, and those behind it."""
    return [one for one in asides if one.record.seq <= seq], [one for one in asides if one.record.seq > seq]
