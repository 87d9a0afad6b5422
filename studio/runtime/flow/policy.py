"""Which runs pass the gate now. Pure: what waits, what is going on and the limits in, the runs that pass out."""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from studio.runtime.flow.gcra import Rate, next_slot

AHEAD = timedelta(seconds=1)
"""A run whose slot comes sooner passes now and starts at its slot, so that a sweep that comes late costs none."""

Stream = tuple[UUID | None, str]
"""(workflow, key); None: the whole workspace."""
WHOLE: Stream = (None, "")


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one workflow, or of the workspace. Each None: none."""

    at_once: int | None = None
    pace: Rate | None = None
    ordered: bool = False
    """Runs of one order key go one after the other."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run at the gate."""

    run_id: UUID
    workflow_id: UUID
    priority: int
    created_at: datetime
    order_key: str | None
    place_key: str | None
    rate_key: str | None
    back: bool = False
    """It goes on after a wait: its turn has come long ago, it only needs a place."""


@dataclass(slots=True)
class Going:
    """What is going on behind the gate. `admit` counts on in it."""

    executing: MutableMapping[Stream, int] = field(default_factory=dict)
    busy: set[Stream] = field(default_factory=set)
    """Order keys of which a run has passed and not ended."""
    tats: MutableMapping[Stream, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passed:
    """A run that passes, and when it may start."""

    run_id: UUID
    at: datetime


def admit(
    waiting: Iterable[Candidate], limits: Mapping[UUID, Limits], workspace: Limits, going: Going, now: datetime
) -> list[Passed]:
    """Those that pass now, in the order of priority, then of those that go on, then of acceptance."""
    queue, passed = sorted(waiting, key=_order), list[Passed]()
    heads = _heads(queue, limits)
    for one in queue:
        own, turn = limits.get(one.workflow_id, Limits()), _turn(one, limits)
        if turn is not None and (turn in going.busy or heads[turn] != one.run_id):
            continue
        at = _slot(one, own, workspace, going, now)
        if at is None:
            continue
        _take(one, own, workspace, going, now, at)
        if turn is not None:
            going.busy.add(turn)
        passed.append(Passed(one.run_id, at))
    return passed


def opens_at(oldest: datetime | None, per_s: float, now: datetime) -> datetime | None:
    """When one more may start where `limit` in `per_s` seconds may, and `oldest` is the start of the limit-th latest.

    None: now.
    """
    if oldest is None or oldest + timedelta(seconds=per_s) <= now:
        return None
    return oldest + timedelta(seconds=per_s)


def _order(one: Candidate) -> tuple[int, bool, datetime, UUID]:
    return (one.priority, not one.back, one.created_at, one.run_id)


def _turn(one: Candidate, limits: Mapping[UUID, Limits]) -> Stream | None:
    """What it takes turns with; None: with nobody, or its turn has come."""
    own = limits.get(one.workflow_id)
    if own is None or not own.ordered or one.order_key is None or one.back:
        return None
    return (one.workflow_id, one.order_key)


def _heads(queue: Iterable[Candidate], limits: Mapping[UUID, Limits]) -> dict[Stream, UUID]:
    """The oldest of each order key: nobody overtakes it, whatever its priority."""
    oldest = dict[Stream, Candidate]()
    for one in queue:
        turn = _turn(one, limits)
        if turn is None:
            continue
        first = oldest.setdefault(turn, one)
        if (one.created_at, one.run_id) < (first.created_at, first.run_id):
            oldest[turn] = one
    return {turn: one.run_id for turn, one in oldest.items()}


def _slot(one: Candidate, own: Limits, workspace: Limits, going: Going, now: datetime) -> datetime | None:
    """When it may start; None: not yet."""
    for limit, stream in ((own.at_once, (one.workflow_id, one.place_key or "")), (workspace.at_once, WHOLE)):
        if limit is not None and going.executing.get(stream, 0) >= limit:
            return None
    if one.back:
        return now
    at = now
    for rate, stream in _streams(one, own, workspace):
        at = max(at, next_slot(rate, _kept(rate, going.tats.get(stream), now), now).at)
    return at if at <= now + AHEAD else None


def _take(one: Candidate, own: Limits, workspace: Limits, going: Going, now: datetime, at: datetime) -> None:
    for stream in ((one.workflow_id, one.place_key or ""), WHOLE):
        going.executing[stream] = going.executing.get(stream, 0) + 1
    if not one.back:
        for rate, stream in _streams(one, own, workspace):
            going.tats[stream] = next_slot(rate, _kept(rate, going.tats.get(stream), now), at).tat


def _streams(one: Candidate, own: Limits, workspace: Limits) -> list[tuple[Rate, Stream]]:
    found: list[tuple[Rate, Stream]] = []
    if own.pace is not None:
        found.append((own.pace, (one.workflow_id, one.rate_key or "")))
    if workspace.pace is not None:
        found.append((workspace.pace, WHOLE))
    return found


def _kept(rate: Rate, tat: datetime | None, now: datetime) -> datetime | None:
    """A moment that no run of this rate can have left behind says nothing: the rate was lower, or the clock ahead."""
    return None if tat is not None and tat > now + AHEAD + rate.interval else tat
