"""Putting a pack together: batch after batch, each read in a unit of its own, and written before the next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from studio.approvals.models import Request
from studio.audit.listing import Filter, Units
from studio.audit.packs import layout
from studio.audit.packs.writing import Pack
from studio.oversight.evidence import approvals, events, pages, people, runs, workflows
from studio.oversight.evidence.outcomes import Kind, Stage
from studio.oversight.evidence.people import Erasures
from studio.oversight.evidence.wanted import Wanted
from studio.runtime.models import Run

AT_ONCE = 100
"""Approvals in memory at once; as many runs."""


@dataclass(slots=True)
class Progress:
    """How far a pack is."""

    stage: Stage = Stage.APPROVALS
    approvals: int = 0
    runs: int = 0
    events: int = 0


@dataclass(slots=True)
class Touched:
    """What the records name, to be put in behind them. Ids alone are held."""

    approvals: list[UUID] = field(default_factory=list)
    runs: list[UUID] = field(default_factory=list)
    versions: set[UUID] = field(default_factory=set)
    flags: set[UUID] = field(default_factory=set)
    flag_keys: set[str] = field(default_factory=set)
    first: str = ""
    last: str = ""
    """Of events and steps: between which moments flags count."""
    seen: set[UUID] = field(default_factory=set)
    """Runs that are in it."""

    def moment(self, at: str) -> None:
        self.first, self.last = min(self.first or at, at), max(self.last, at)


class Collecting:
    """Writes everything but the keys and the manifest. Iterating yields the progress after each batch."""

    def __init__(self, units: Units, wanted: Wanted, pack: Pack, last_seq: int) -> None:
        self._units, self._wanted, self._pack = units, wanted, pack
        self._proofs = events.Proofs(units, last_seq)
        self.progress, self._touched = Progress(), Touched()
        self._numbers: dict[str, int] = {}
        self._erased = Erasures(frozenset())
        self._pages = pages.Pages(wanted)
        self._decided: set[tuple[str, datetime]] = set()
        """Who said something when, of one approval or run: what they proved for it is looked for."""

    def __iter__(self) -> Iterator[Progress]:
        with self._units() as uow:
            self._erased = people.erasures(uow)
        if self._wanted.filters:  # what is asked for is what the events are about
            yield from self._events()
            yield from self._named()
        elif self._wanted.kind is Kind.PERIOD:
            yield from self._period()
            yield from self._events()
        else:
            yield from self._one()
            yield from self._events()
        yield from self._workflows()
        self._pack.add("index.html", self._pages.index(self._pack.about, self.progress))

    def _one(self) -> Iterator[Progress]:
        subject = self._wanted.subject
        if self._wanted.kind is Kind.APPROVAL and subject is not None:
            yield from self._approvals([subject])
        elif subject is not None:
            asked = select(Request.id).where(Request.run_id == subject).order_by(Request.id)
            with self._units() as uow:
                ids = uow.session.scalars(asked).all()
            yield from self._runs([subject])
            for at in range(0, len(ids), AT_ONCE):
                yield from self._approvals(ids[at : at + AT_ONCE])

    def _named(self) -> Iterator[Progress]:
        """Approvals and runs that the events of a filter are about."""
        ids = list(dict.fromkeys(self._touched.approvals))
        for at in range(0, len(ids), AT_ONCE):
            yield from self._approvals(ids[at : at + AT_ONCE])
        ids = list(dict.fromkeys(self._touched.runs))
        for at in range(0, len(ids), AT_ONCE):
            yield from self._runs(ids[at : at + AT_ONCE])

    def _period(self) -> Iterator[Progress]:
        """Approvals that ended in it, in the order in which they did."""
        place: tuple[datetime, UUID] | None = None
        while True:
            query = select(Request.id, Request.closed_at).order_by(Request.closed_at, Request.id).limit(AT_ONCE)
            query = query.where(Request.closed_at >= self._wanted.since, Request.closed_at < self._wanted.until)
            if place is not None:
                query = query.where(tuple_(Request.closed_at, Request.id) > place)
            with self._units() as uow:
                rows = uow.session.execute(query).all()
            if not rows:
                return
            yield from self._approvals([row.id for row in rows])
            place = rows[-1].closed_at, rows[-1].id

    def _approvals(self, ids: Sequence[UUID]) -> Iterator[Progress]:
        with self._units() as uow:
            found = {one.id: one for one in uow.session.scalars(select(Request).where(Request.id.in_(ids)))}
            rows = [found[one] for one in ids if one in found]
            records = approvals.records(uow, rows, self._erased)
            run_ids = [one.run_id for one in rows if one.run_id is not None]
        if records:
            self._add("approvals", records)
            self._pack.add(*self._pages.of(records))
        if self._wanted.kind is not Kind.PERIOD:
            said = [vote for one in records for vote in one["votes"]]
            self._decided |= {(one["person"]["id"], _moment(one["at"])) for one in said}
        self.progress.stage = Stage.APPROVALS
        self.progress.approvals += len(records)
        yield self.progress
        yield from self._runs(list(dict.fromkeys(run_ids)))

    def _runs(self, ids: Sequence[UUID]) -> Iterator[Progress]:
        wanted = [one for one in ids if one not in self._touched.seen]
        if not wanted:
            return
        self._touched.seen.update(wanted)
        with self._units() as uow:
            rows = list(uow.session.scalars(select(Run).where(Run.id.in_(wanted)).order_by(Run.id)))
            records = runs.records(uow, rows, self._erased)
        self._touched.versions.update(run.version_id for run in rows)
        if records:
            self._add("runs", records)
            self._pages.runs(records)
        self.progress.runs += len(records)
        yield self.progress
        yield from self._steps([run.id for run in rows])

    def _steps(self, run_ids: Sequence[UUID]) -> Iterator[Progress]:
        after: tuple[UUID, UUID] | None = None
        while run_ids:
            with self._units() as uow:
                rows = runs.steps(uow, run_ids, after)
                records = list(runs.step_records(uow, rows, self._erased))
            if not records:
                return
            self._add("steps", records)
            for one in records:
                self._touched.moment(one["started_at"])
                if one["type"].startswith("flag.") and isinstance(one["gave"], dict):
                    self._touched.flag_keys.add(str(one["gave"].get("flag", "")))
            after = rows[-1].run_id, rows[-1].id
            yield self.progress

    def _events(self) -> Iterator[Progress]:
        self.progress.stage, last = Stage.EVENTS, self._proofs.last_seq
        if self._wanted.kind is Kind.PERIOD:
            batches = events.of_period(self._units, self._wanted.events(), last)
        else:
            batches = events.of_one(self._units, list(self._filters()), last)
        for batch in batches:
            if batch:
                self._add("audit/events", [self._proofs.record(one, seq) for seq, one, _body in batch])
            for _seq, _one, body in batch:
                self._touched.moment(body["occurred_at"])
                self._touched.flags.update(events.targets(body, "flag"))
                if self._wanted.filters:
                    self._touched.approvals += events.targets(body, "approval")
                    self._touched.runs += events.targets(body, "run")
            self.progress.events += len(batch)
            yield self.progress
        sealed = [self._proofs.segments[number] for number in sorted(self._proofs.segments)]
        self._pack.add_lines(layout.SEGMENTS, sealed)

    def _filters(self) -> Iterator[Filter]:
        """Whatever the trail tells of what is in the pack."""
        if self._wanted.kind is Kind.APPROVAL:
            yield Filter(target_type="approval", target_id=str(self._wanted.subject))
        for run_id in sorted(self._touched.seen):
            yield Filter(run_id=str(run_id))
        for user_id, at in sorted(self._decided):
            before = at - approvals.PROOF_BEFORE
            yield Filter(action="step_up", actor_id=user_id, since=before, until=at + timedelta(seconds=1))

    def _workflows(self) -> Iterator[Progress]:
        self.progress.stage = Stage.WORKFLOWS
        ids = sorted(self._touched.versions)
        for at in range(0, len(ids), workflows.VERSIONS):
            with self._units() as uow:
                records = workflows.versions(uow, ids[at : at + workflows.VERSIONS], self._erased)
            self._add("workflows", records)
            self._pages.versions(records)
            yield self.progress
        touched = self._touched
        if touched.first and (touched.flags or touched.flag_keys):
            begin, end = _moment(touched.first), _moment(touched.last)
            with self._units() as uow:
                for found in workflows.flags(uow, touched.flags, touched.flag_keys, begin, end, self._erased):
                    self._add("flags", found)
            yield self.progress

    def _add(self, kind: str, records: Sequence[dict[str, Any]]) -> None:
        number = self._numbers[kind] = self._numbers.get(kind, 0) + 1
        self._pack.add_lines(f"{kind}-{number:06}.jsonl", records)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
