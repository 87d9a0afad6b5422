"""Segments of flags: whom strategies mean, said once."""

from collections.abc import Sequence
from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.resources.flag_versions import numbered
from studio.api.v1.resources.flags import TAG
from studio.api.v1.shapes import flags as shapes
from studio.api.v1.shapes.common import ListOf, cursor_number
from studio.core import tenancy
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagSegment
from studio.flags.service import segments

ONE = "/flag-segments/<uuid:segment_id>"


@operation("GET", "/flag-segments", tag=TAG, needs="flag.read", query=shapes.SegmentList,
           answer=ListOf[shapes.SegmentInfo])  # fmt: skip
def list_flag_segments(uow: UnitOfWork, query: shapes.SegmentList) -> ListOf[shapes.SegmentInfo]:
    """All segments by name, with the flags that mean them."""
    found = segments.listed(uow, archived=query.archived)
    return ListOf[shapes.SegmentInfo](data=_infos(uow, found), next_cursor=None)


@operation("POST", "/flag-segments", tag=TAG, needs="flag.edit", body=shapes.NewSegment, answer=shapes.SegmentInfo,
           status=201, conflicts=True)  # fmt: skip
def create_flag_segment(uow: UnitOfWork, body: shapes.NewSegment) -> shapes.SegmentInfo:
    """Make a segment."""
    row = segments.create(
        uow, name=body.name, description=body.description, constraints=body.constraints, note=body.note
    )
    return _info(uow, row)


@operation("GET", ONE, tag=TAG, needs="flag.read", answer=shapes.SegmentInfo)
def get_flag_segment(uow: UnitOfWork, segment_id: UUID) -> shapes.SegmentInfo:
    """One segment."""
    return _info(uow, _row(uow, segment_id))


@operation("PUT", ONE, tag=TAG, needs="flag.edit", body=shapes.SegmentChange, answer=shapes.SegmentInfo, conflicts=True)
def replace_flag_segment(uow: UnitOfWork, segment_id: UUID, body: shapes.SegmentChange) -> shapes.SegmentInfo:
    """Mean others by it, in all flags that name it. Where one is on in production, this is a protected action."""
    row = _row(uow, segment_id)
    segments.change(
        uow, row, name=body.name, description=body.description, constraints=body.constraints, note=body.note,
        seen=body.version,
    )  # fmt: skip
    return _info(uow, row)


@operation("POST", f"{ONE}/archive", tag=TAG, needs="flag.edit", body=shapes.Why, answer=shapes.SegmentInfo,
           conflicts=True)  # fmt: skip
def archive_flag_segment(uow: UnitOfWork, segment_id: UUID, body: shapes.Why) -> shapes.SegmentInfo:
    """Take it away. Refused while a flag means it."""
    row = _row(uow, segment_id)
    segments.archive(uow, row, body.note, seen=body.version)
    return _info(uow, row)


@operation("POST", f"{ONE}/bring-back", tag=TAG, needs="flag.edit", body=shapes.Why, answer=shapes.SegmentInfo,
           conflicts=True)  # fmt: skip
def bring_flag_segment_back(uow: UnitOfWork, segment_id: UUID, body: shapes.Why) -> shapes.SegmentInfo:
    """Have an archived segment be there again, as it was."""
    row = _row(uow, segment_id)
    segments.bring_back(uow, row, body.note)
    return _info(uow, row)


@operation("GET", f"{ONE}/versions", tag=TAG, needs="flag.read", query=Paged, answer=ListOf[shapes.FlagVersionState])
def list_flag_segment_versions(uow: UnitOfWork, segment_id: UUID, query: Paged) -> ListOf[shapes.FlagVersionState]:
    """A segment's versions, newest first."""
    row = _row(uow, segment_id)
    found = segments.versions(uow, row, before=cursor_number(query.cursor), limit=query.limit + 1)
    page = found[: query.limit]
    return ListOf[shapes.FlagVersionState](
        data=[
            shapes.FlagVersionState.model_validate({
                "number": one.number, "environment": None, "changes": one.changes, "note": one.note,
                "restored": one.restored, "cause": one.cause, "run_id": one.run_id, "at": one.at, "state": one.state,
            })
            for one in page
        ],
        next_cursor=str(page[-1].number) if len(found) > query.limit else None,
    )  # fmt: skip


@operation("POST", f"{ONE}/versions/<number>/restore", tag=TAG, needs="flag.edit", body=shapes.Why,
           answer=shapes.SegmentInfo, conflicts=True)  # fmt: skip
def restore_flag_segment_version(
    uow: UnitOfWork, segment_id: UUID, number: str, body: shapes.Why
) -> shapes.SegmentInfo:
    """Mean by it again what an old version said, as a new one."""
    row = _row(uow, segment_id)
    segments.restore(uow, row, numbered(number), body.note, seen=body.version)
    return _info(uow, row)


def _row(uow: UnitOfWork, segment_id: UUID) -> FlagSegment:
    return tenancy.get(uow.session, FlagSegment, segment_id, "flag_segment")


def _info(uow: UnitOfWork, row: FlagSegment) -> shapes.SegmentInfo:
    return _infos(uow, [row])[0]


def _infos(uow: UnitOfWork, rows: Sequence[FlagSegment]) -> list[shapes.SegmentInfo]:
    uses = segments.used_by(uow, [row.number for row in rows])
    return [
        shapes.SegmentInfo(
            id=row.id, number=row.number, name=row.name, description=row.description, constraints=row.constraints,
            version=row.version, flags=sorted({use.flag.key for use in uses[row.number]}), changed_at=row.changed_at,
            archived_at=row.archived_at,
        )
        for row in rows
    ]  # fmt: skip
