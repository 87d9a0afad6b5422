"""Runs as they are archived: one gzip member each, so that a single one is read without those before it."""

import base64
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

import orjson
from sqlalchemy import Row, Select, func, inspect, select

from studio.core.db import Base
from studio.core.run_parts import RunPart, run_parts
from studio.core.sealed import is_sealed
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Event, Run, RunFacet, RunSearch

SCHEMA = "studio.run/1"
AT_ONCE = 20
"""Rows in memory of one table: one may hold 4 MiB."""
_DERIVED = (RunFacet, RunSearch)
"""Made from the others, to find runs by."""
_GZIP = zlib.MAX_WBITS | 16


@dataclass(frozen=True, slots=True)
class Member:
    """Where a run's record lies in its file."""

    run_id: UUID
    offset: int
    length: int


def members_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """A file's members in order, each as it lies there and as JSON. Raises zlib.error where it is no such file."""
    while data:
        unpacker = zlib.decompressobj(_GZIP)
        told = unpacker.decompress(data)
        if not unpacker.eof:
            raise zlib.error("the last member is not whole")
        yield data[: len(data) - len(unpacker.unused_data)], told
        data = unpacker.unused_data


class _Rows:
    """Rows of one table by run, in the order of the runs."""

    def __init__(self, uow: UnitOfWork, statement: Select[Any], name: str) -> None:
        self.name = name
        self._result = uow.session.execute(statement.execution_options(yield_per=AT_ONCE))
        self._rows = iter(self._result)
        self._next: Row[Any] | None = next(self._rows, None)

    def close(self) -> None:
        """Ask for no more of them."""
        self._result.close()

    def of(self, run_id: UUID) -> Iterator[dict[str, Any]]:
        """Those of one run; those of earlier ones are passed over."""
        while self._next is not None and self._next[0] <= run_id:
            if self._next[0] == run_id:
                yield dict(zip(self._next._fields[1:], self._next[1:], strict=True))  # the first is by whom it goes
            self._next = next(self._rows, None)


def pack(uow: UnitOfWork, ids: Sequence[UUID], file: IO[bytes], most_bytes: int) -> list[Member]:
    """Write these runs, in the order of their ids, up to where the file has more than `most_bytes`.

    A fixed number of statements, each read as far as the runs are written. Only what is written is returned.
    """
    with ExitStack() as opened:
        rows = [_Rows(uow, statement, name) for name, statement in _statements(sorted(ids))]
        for one in rows:
            opened.callback(one.close)
        return _written(sorted(ids), rows, file, most_bytes)


def _written(ids: Sequence[UUID], rows: Sequence[_Rows], file: IO[bytes], most_bytes: int) -> list[Member]:
    runs, events, *parts = rows
    members: list[Member] = []
    offset = 0
    for run_id in ids:
        packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        length = 0
        for piece in _pieces(run_id, runs, events, parts):
            length += file.write(packer.compress(piece))
        length += file.write(packer.flush())
        members.append(Member(run_id, offset, length))
        offset += length
        if offset > most_bytes:
            break
    return members


def counts(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, tuple[int, ...]]:
    """How many rows each of these runs has in each table: what is archived is whole as long as this stays the same."""
    found: dict[UUID, list[int]] = {run_id: [] for run_id in ids}
    for part in _parts():
        rows = uow.session.execute(select(part.run, func.count()).where(part.run.in_(ids)).group_by(part.run)).all()
        there = {row[0]: int(row[1]) for row in rows}
        for run_id, told in found.items():
            told.append(there.get(run_id, 0))
    return {run_id: tuple(told) for run_id, told in found.items()}


def unpacked(member: bytes) -> Iterator[bytes]:
    """The record's JSON, a piece at a time. Raises zlib.error where it is none."""
    packed, unpacker = member, zlib.decompressobj(_GZIP)
    while packed:
        yield unpacker.decompress(packed, 262_144)
        packed = unpacker.unconsumed_tail
    yield unpacker.flush()


def _pieces(run_id: UUID, runs: _Rows, events: _Rows, parts: Sequence[_Rows]) -> Iterator[bytes]:
    """One line of JSON: {"schema", "run": {…}, "event": {…} or null, "parts": {"step": [{…}, …], …}}."""
    yield b'{"schema":' + _json(SCHEMA)
    yield b',"run":' + _json(next(runs.of(run_id), None))
    yield b',"event":' + _json(next(events.of(run_id), None)) + b',"parts":{'
    for number, rows in enumerate(parts):
        yield (b"," if number else b"") + _json(rows.name) + b":["
        for index, row in enumerate(rows.of(run_id)):
            yield (b"," if index else b"") + _json(row)
        yield b"]"
    yield b"}}\n"


def _statements(ids: Sequence[UUID]) -> Iterator[tuple[str, Select[Any]]]:
    yield "run", select(Run.id.label("of"), *_columns(Run)).where(Run.id.in_(ids)).order_by(Run.id)
    started = select(Run.id.label("of"), *_columns(Event)).join(Event, Event.id == Run.event_id)
    yield "event", started.where(Run.id.in_(ids)).order_by(Run.id)
    for part in _parts():
        keys = [getattr(part.model, key.name) for key in inspect(part.model).primary_key]
        rows = select(part.run.label("of"), *_columns(part.model)).where(part.run.in_(ids))
        yield part.table, rows.order_by(part.run, *keys)


def _parts() -> list[RunPart]:
    return [part for part in run_parts(Base.registry.mappers) if part.model not in _DERIVED]


def _columns(model: type[Any]) -> list[Any]:
    """All but sealed ones, which nobody could open without this installation's keys."""
    attributes = inspect(model).column_attrs
    return [getattr(model, one.key) for one in attributes if not is_sealed(one.columns[0].info)]


def _json(value: Any) -> bytes:
    return orjson.dumps(value, _plain, orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
