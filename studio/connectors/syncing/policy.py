"""When a sync is read next, what of, and when failing is enough. Pure: no clock, no database."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from studio.connectors.outcomes import Deletions
from studio.connectors.syncing.outcomes import LIVE, Doing, Kind, SyncState

_NEXT: Mapping[tuple[SyncState, Doing], SyncState] = {
    **{(state, Doing.TAKE): SyncState.RUNNING for state in LIVE},
    **{(state, Doing.ASK): SyncState.QUEUED for state in LIVE},
    # Asking does not hurry a provider that wants to be left alone, nor a worker that is at it.
    (SyncState.RATE_LIMITED, Doing.ASK): SyncState.RATE_LIMITED,
    (SyncState.RUNNING, Doing.ASK): SyncState.RUNNING,
    (SyncState.RUNNING, Doing.LIMIT): SyncState.RATE_LIMITED,
    (SyncState.RUNNING, Doing.HOLD): SyncState.QUEUED,
    (SyncState.RUNNING, Doing.END): SyncState.SUCCEEDED,
    (SyncState.RUNNING, Doing.FALL): SyncState.FAILED,
    (SyncState.RUNNING, Doing.STOP): SyncState.PARTIAL,
    **{(state, Doing.PAUSE): SyncState.PAUSED for state in LIVE},
    (SyncState.PAUSED, Doing.RESUME): SyncState.QUEUED,
    **{(state, Doing.DISABLE): SyncState.DISABLED for state in (*LIVE, SyncState.PAUSED)},
    (SyncState.DISABLED, Doing.ENABLE): SyncState.QUEUED,
}
FIRST_S, MOST_S = 15.0, 3_600.0
"""The first pause after a failure, and the longest."""
LIMITED_S, LONGEST_LIMITED_S = 60.0, 86_400.0
"""How long a provider that says too much is left alone: where it names no time, and at most."""
TOLD_AT, TOLD_AFTER = 10, timedelta(days=1)
"""Its owner is told at so many failures in a row, or where it has failed so long."""
OFF_AT, OFF_AFTER = 30, timedelta(days=7)
"""It is switched off at so many failures in a row that have lasted so long."""
FEWEST_S, MOST_EVERY_S = 60, 7 * 86_400
"""Seconds between two passes that may be chosen."""


def following(state: SyncState, doing: Doing) -> SyncState | None:
    """The state after it; None: it does not fit."""
    return _NEXT.get((state, doing))


def pause_s(failures: int, asked_s: float | None, part: float) -> float:
    """Seconds until the next attempt after so many in a row failed. `part`: chance, from 0 to 1.

    Half of it is certain: what fails at once must not be tried again at once.
    """
    ceiling = min(MOST_S, FIRST_S * 2.0 ** min(max(failures, 1) - 1, 30))
    return max(ceiling * (0.5 + part / 2), min(asked_s or 0.0, LONGEST_LIMITED_S))


def limited_s(asked_s: float | None) -> float:
    """Seconds that a provider which says "too much" is left alone."""
    return LIMITED_S if asked_s is None else min(max(asked_s, 1.0), LONGEST_LIMITED_S)


def is_to_tell(failures: int, failing: timedelta, *, told: bool) -> bool:
    """Whether its owner is told now: once a row of failures, and never of a single one."""
    return not told and failures > 1 and (failures >= TOLD_AT or failing >= TOLD_AFTER)


def is_off(failures: int, failing: timedelta) -> bool:
    """Whether it has failed so often and so long that trying on helps nobody."""
    return failures >= OFF_AT and failing >= OFF_AFTER


def kind_of_next(
    *, deletions: Deletions, by_changes: bool, full_at: datetime | None, full_every_s: float, now: datetime
) -> Kind:
    """What the next pass reads. `by_changes`: pages come by the moment of change. `full_at`: of the last whole one."""
    if full_at is None:
        return Kind.FIRST
    if not by_changes:
        return Kind.FULL
    aged = (now - full_at).total_seconds() >= full_every_s
    return Kind.FULL if deletions is Deletions.FULL_LISTING and aged else Kind.CHANGES


def sweeps(kind: Kind, deletions: Deletions) -> bool:
    """Whether what a pass did not name is gone: only where it has read everything there is."""
    return kind is Kind.FULL and deletions is not Deletions.NEVER
