"""The loop that archives: a few files a turn, each written and confirmed before its runs are deleted.

It is a drain of its own, apart from the sweeper: a store that answers slowly holds up nobody else.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID

import structlog
from sqlalchemy import Select, insert, select

from studio.core import clock, tenancy
from studio.core.errors import StudioError
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime import labels
from studio.runtime.archive import notices, records
from studio.runtime.archive.outcomes import ArchiveTrouble, Stage
from studio.runtime.archive.places import Store, sha256_of, store_of
from studio.runtime.archive.records import Member
from studio.runtime.archive.turns import LEASE_S, Turns
from studio.runtime.models import ArchivedLabel, ArchivedRun, ArchivePlace, Run, RunArchive
from studio.runtime.retention.chore import BUSY_BATCH, BUSY_SHARE, PURGE_EVERY, is_busy
from studio.runtime.retention.holding import held
from studio.runtime.retention.looking import Look, Seen, remove, stretches
from studio.runtime.retention.policy import RunFacts, may_go
from studio.runtime.retention.rules import rules_of
from studio.runtime.retention.standing import ended, going_on

log = structlog.get_logger()

BATCH = 500
"""Runs of one file, at most."""
MOST_BYTES = 8_388_608
"""A file that has more takes no further run: only a single run can make it larger."""
IN_MEMORY = 1_048_576
TURN_S = 2.0
AGAIN = timedelta(minutes=5)
"""After a trouble."""


@dataclass(slots=True)
class Archiving(Turns):
    """Archives and deletes what is due, workspace by workspace."""

    _looks: dict[UUID, Look] = field(default_factory=dict)
    """Where this process is in each workspace. One that dies begins anew; nothing is lost by that."""

    def _due(self, most: int) -> Sequence[tuple[UUID, UUID]]:
        with self.database.across(read_only=True) as uow:
            waits = select(ArchivePlace.workspace_id, ArchivePlace.id).where(
                ArchivePlace.active, ArchivePlace.next_at <= uow.now
            )
            found = uow.session.execute(waits.order_by(ArchivePlace.next_at).limit(most))
            return [(one.workspace_id, one.id) for one in found]

    def _turn(self, workspace_id: UUID, place_id: UUID, lease: str) -> None:
        began = clock.monotonic()
        with self.database.unit(workspace_id, read_only=True) as uow:
            place = tenancy.get(uow.session, ArchivePlace, place_id, "archive place")
            now, look = uow.now, self._looks.pop(workspace_id, None)
            look = look or Look(workspace_id, now, [one for one in stretches(rules_of(uow)) if one.state is not None])
        store = store_of(place, self.reach)
        clear(self.database, workspace_id, store, place_id)
        if place.proved_at is None:
            self._prove(place, store)
        busy = is_busy(self.database, now)
        while not look.done:
            if not self.leases.keep(lease, LEASE_S):
                return  # another has it by now
            self._batch(look, place, store, BUSY_BATCH if busy else BATCH)
            if busy or clock.monotonic() - began > TURN_S:
                break
        self._ended(look, place_id, now, clock.monotonic() - began, busy=busy)

    def _batch(self, look: Look, place: ArchivePlace, store: Store, size: int) -> None:
        """Look at the next runs of a stretch; archive those that may go, and let go of them."""
        part = look.left[0]
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            with self.database.unit(look.workspace_id, read_only=True) as uow:
                found = look.seen(uow, part, size)
                members = records.pack(uow, found.free, file, MOST_BYTES) if found.free else []
                whole = records.counts(uow, [one.run_id for one in members])
            if len(members) < len(found.free):
                found = _up_to(found, members)
            elif len(found.facts) < size:
                look.left.pop(0)
            gone = self._archived(look, place, store, members, whole, file) if members else 0
        look.passed(found, gone)
        if look.left and look.left[0] is not part:
            look.cursor = UUID(int=0)

    def _archived(
        self, look: Look, place: ArchivePlace, store: Store, members: Sequence[Member],
        whole: dict[UUID, tuple[int, ...]], file: IO[bytes],
    ) -> int:  # fmt: skip
        """Write the file, see that it is there, and only then delete its runs. How many went."""
        size, digest = members[-1].offset + members[-1].length, sha256_of(file)
        with self.database.unit(look.workspace_id) as uow:
            archive_id = new_id()
            name = f"{place.prefix}{look.workspace_id}/{uow.now:%Y/%m}/{archive_id}.jsonl.gz"
            uow.session.add(RunArchive(id=archive_id, place_id=place.id, name=name, state=Stage.WRITING, runs=0,
                                       size=size, sha256=digest, created_at=uow.now))  # fmt: skip
        store.put(name, file)
        if store.size(name) != size:
            raise ArchiveTrouble(_("The place holds something else than was written."), code="archive.unconfirmed")
        fault_point("archive.confirmed")
        with self.database.unit(look.workspace_id) as uow:
            gone = self._let_go(uow, look, archive_id, members, whole)
            fault_point("archive.before_commit")
            return gone

    def _let_go(
        self, uow: UnitOfWork, look: Look, archive_id: UUID, members: Sequence[Member],
        whole: dict[UUID, tuple[int, ...]],
    ) -> int:  # fmt: skip
        """Delete what may go by now, as it was written, and keep where it lies. The rest stays for another file."""
        mine = select(RunArchive).where(RunArchive.id == archive_id).with_for_update()
        archive = uow.session.scalar(mine.execution_options(populate_existing=True))
        if archive is None or archive.state != Stage.WRITING:
            return 0  # it took so long that another has cleared it away
        facts = _facts(uow, [one.run_id for one in members])
        rules, kept = rules_of(uow), held(uow, list(facts))
        may = [one.id for one in facts.values() if one.id not in kept and may_go(rules, one, look.begun)]
        same = records.counts(uow, may)
        tagged = labels.of_runs(uow, may)
        codes = {row.id: row.error_code for row in uow.session.execute(_codes(may))}
        gone = set(remove(uow, [one for one in may if same[one] == whole[one]]))
        if not gone:
            archive.state = Stage.DOOMED
            return 0
        rows = [
            _row(uow, archive_id, one, facts[one.run_id], codes[one.run_id]) for one in members if one.run_id in gone
        ]
        uow.session.execute(insert(ArchivedRun), rows)
        named = [
            {"workspace_id": uow.workspace, "run_id": run_id, "key": key, "value": value}
            for run_id in sorted(gone)
            for key, value in tagged.get(run_id, {}).items()
        ]
        if named:
            uow.session.execute(insert(ArchivedLabel), named)
        archive.state, archive.runs = Stage.KEPT, len(gone)
        return len(gone)

    def _prove(self, place: ArchivePlace, store: Store) -> None:
        """Write, see and take away something, so that whoever set the place hears at once whether it works."""
        name, data = f"{place.prefix}{place.workspace_id}/tried.txt", b"Studio was here.\n"
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            file.write(data)
            store.put(name, file)
        if store.read(name, 0, len(data)) != data:
            raise ArchiveTrouble(_("The place holds something else than was written."), code="archive.unconfirmed")
        store.delete(name)

    def _ended(self, look: Look, place_id: UUID, now: datetime, took: float, *, busy: bool) -> None:
        """A turn went well: say when the next one comes."""
        if look.done:
            ended(self.database, look)
        else:
            going_on(self.database, look)
            self._looks[look.workspace_id] = look
        rest = timedelta(seconds=took / BUSY_SHARE if busy else 0)
        with self.database.unit(look.workspace_id) as uow:
            place = uow.session.get(ArchivePlace, place_id)
            if place is not None:
                place.next_at = uow.now + (PURGE_EVERY if look.done else rest)
                place.proved_at = now
                place.trouble = place.trouble_words = place.trouble_since = None
        if not look.done:
            self.more()

    def _troubled(self, workspace_id: UUID, place_id: UUID, trouble: StudioError) -> None:
        log.warning("archive_troubled", workspace=str(workspace_id), code=trouble.code)
        with self.database.unit(workspace_id) as uow:
            place = uow.session.get(ArchivePlace, place_id)
            if place is not None:
                if place.trouble_since is not None:  # once is nothing that anybody has to hear
                    notices.failing(uow, place.id, notices.WRITING)
                place.trouble, place.trouble_words = trouble.code[:60], trouble.message
                place.trouble_since = place.trouble_since or uow.now
                place.next_at = uow.now + AGAIN


def clear(database: Database, workspace_id: UUID, store: Store, place_id: UUID) -> None:
    """Take away files that nothing needs: of writers that died, and those whose runs had to stay, or are due.

    Whoever calls has the workspace's lease. Raises ArchiveTrouble.
    """
    with database.unit(workspace_id) as uow:
        left = select(RunArchive).where(RunArchive.place_id == place_id, RunArchive.state != Stage.KEPT)
        found = list(uow.session.scalars(left.limit(BATCH).with_for_update()))
        for row in found:
            row.state = Stage.DOOMED
    for row in found:
        store.delete(row.name)
    if found:
        with database.unit(workspace_id) as uow:
            for row in found:
                uow.session.delete(uow.session.get_one(RunArchive, row.id))


def _up_to(found: Seen, members: Sequence[Member]) -> Seen:
    """As far as there was room: what comes behind is seen again."""
    last = members[-1].run_id
    facts, kept = [one for one in found.facts if one.id <= last], [one for one in found.kept if one <= last]
    return Seen(facts, [one.run_id for one in members], kept, found.oldest)


def _facts(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, RunFacts]:
    columns = select(Run.id, Run.workflow_id, Run.state, Run.finished_at, Run.created_at).where(Run.id.in_(ids))
    return {row.id: RunFacts(*row) for row in uow.session.execute(columns)}


def _codes(ids: Sequence[UUID]) -> Select[UUID, str | None]:
    return select(Run.id, Run.error_code).where(Run.id.in_(ids))


def _row(uow: UnitOfWork, archive_id: UUID, member: Member, run: RunFacts, code: str | None) -> dict[str, object]:
    return {
        "run_id": member.run_id, "workspace_id": uow.workspace, "archive_id": archive_id, "offset": member.offset,
        "length": member.length, "workflow_id": run.workflow_id, "state": run.state, "error_code": code,
        "created_at": run.began_at, "finished_at": run.ended_at, "archived_at": uow.now,
    }  # fmt: skip
