"""Spans for OpenTelemetry, sent over OTLP where an address for them is set; nothing of it is loaded where none is.

A run's trace has the run's own id, and its root span the run's lower half: so whatever process knows a run knows its
trace, and nothing has to be carried along with messages or kept in a column.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Link, SpanContext

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HALF = (1 << 64) - 1
_RANDOM = 1 << 62
"""So many values have the random bits at the end of an id (UUIDv7)."""

Kind = Literal["server", "internal", "client"]

_calls_of: ContextVar[str | None] = ContextVar("calls_of", default=None)


def traceparent() -> str | None:
    """The header that a call made here and now carries (W3C Trace Context); None: none."""
    return _calls_of.get()


@dataclass(frozen=True, slots=True)
class Traced:
    """One thing that a run did, or that was done to it. Of no person and no payload: what is sent leaves the house."""

    run_id: UUID
    id: UUID | None
    """Of what it is; None: the run itself, whose span all others hang below."""
    name: str
    began: datetime
    ended: datetime
    facts: Mapping[str, str | int]
    kind: Kind = "internal"
    error: str | None = None
    """The code of what went wrong."""
    sender: str | None = None
    """The `traceparent` that came with it: linked, so that the sender's trace leads here."""
    runs: tuple[UUID, ...] = field(default=())
    """Other runs that it comes from: linked."""


class Tracing:
    """One per process that does something for runs. Sends in the background; what it cannot send it drops."""

    def __init__(self, exporter: "Callable[[], SpanExporter]", share: float = 1.0) -> None:
        """`share` of all runs is sent, each whole: all processes choose the same ones."""
        self._exporter, self._share = exporter, share
        self._lock = threading.Lock()
        self._made: tuple[SpanProcessor, Resource] | None = None

    def wants(self, run_id: UUID) -> bool:
        """Whether this run is one of the share."""
        return run_id.int % _RANDOM < self._share * _RANDOM

    @contextmanager
    def calling(self, run_id: UUID, span: UUID) -> Iterator[None]:
        """Calls out that are made meanwhile, in this thread, belong to a span of a run, sent or not."""
        sampled = "01" if self.wants(run_id) else "00"
        before = _calls_of.set(f"00-{run_id.hex}-{span.int & _HALF:016x}-{sampled}")
        try:
            yield
        finally:
            _calls_of.reset(before)

    def send(self, traced: Traced) -> None:
        """Hand it over; it costs microseconds."""
        if not self.wants(traced.run_id):
            return
        from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415 - loaded where traces are sent
        from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: PLC0415 - see above

        processor, resource = self._processor()
        root = _context(traced.run_id, None)
        processor.on_end(
            ReadableSpan(
                name=traced.name,
                context=_context(traced.run_id, traced.id),
                parent=root if traced.id is not None else None,
                resource=resource,
                attributes=dict(traced.facts),
                links=_links(traced),
                kind=SpanKind[traced.kind.upper()],
                status=Status(StatusCode.ERROR, traced.error) if traced.error else Status(StatusCode.UNSET),
                start_time=_nanos(traced.began),
                end_time=_nanos(traced.ended),
            )
        )

    def stop(self) -> None:
        """Send what is left."""
        with self._lock:
            if self._made is not None:
                self._made[0].shutdown()
                self._made = None

    def _processor(self) -> "tuple[SpanProcessor, Resource]":
        """Made at the first span: its thread must not be left behind by a fork."""
        with self._lock:
            if self._made is None:
                from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - loaded where traces are sent
                from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above

                self._made = BatchSpanProcessor(self._exporter()), Resource.create({"service.name": "studio"})
            return self._made


def otlp(*, wanted: bool, share: float) -> Tracing | None:
    """As the variables OTEL_EXPORTER_OTLP_* say, which OpenTelemetry's own exporter reads; None: nowhere."""
    if not wanted:
        return None

    def exporter() -> "SpanExporter":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - loaded where it is used
            OTLPSpanExporter,
        )

        return OTLPSpanExporter()

    return Tracing(exporter, share)


def _context(run_id: UUID, span: UUID | None) -> "SpanContext":
    from opentelemetry.trace import SpanContext, TraceFlags  # noqa: PLC0415 - loaded where traces are sent

    own = (span or run_id).int & _HALF
    return SpanContext(run_id.int, own, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _links(traced: Traced) -> "list[Link]":
    from opentelemetry.trace import Link, get_current_span  # noqa: PLC0415 - loaded where traces are sent
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 - see above

    found = [Link(_context(run_id, None)) for run_id in traced.runs]
    if traced.sender is not None:
        read = TraceContextTextMapPropagator().extract({"traceparent": traced.sender})
        sender = get_current_span(read).get_span_context()
        if sender.is_valid:
            found.append(Link(sender))
    return found


def _nanos(when: datetime) -> int:
    return (when - _EPOCH) // timedelta(microseconds=1) * 1_000
