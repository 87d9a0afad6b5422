"""Transactions that a database gave up for another's sake, and how long to pause before the whole of one is repeated.

PostgreSQL ends one of two that wait for each other (40P01), or one that it cannot order (40001): nothing of it is
left, so whoever began it begins anew. Bounded, and jittered so that the two do not meet again.
"""

import threading

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from studio.core import rng

TRIES = 5
"""All together."""
_BASE_S = 0.02
_CLASHES = frozenset({"40001", "40P01"})
_OUTAGES = ("08", "25", "53", "57", "58", "XX")
"""Classes of SQLSTATE that speak of the server, not of the statement."""
_UNREACHABLE = ("08", "53", "57P03")
_NOT_CONNECTED = ("connection failed", "connection timeout", "failed to resolve")
"""How psycopg begins when it could not connect: it has no SQLSTATE then, whatever the server said."""
_SQLITE_OUTAGES = frozenset({5, 6, 10, 11, 13, 14})
"""Busy, locked, a broken or full disk, a damaged or unreachable file."""


def is_clash(error: BaseException) -> bool:
    """Whether the transaction was ended for another's sake: repeating all of it is safe, and likely to succeed."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _CLASHES


def is_outage(error: BaseException) -> bool:
    """Whether the database itself is in trouble. What it merely refused, it will refuse again."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_OUTAGES)
    if hasattr(error.orig, "sqlstate"):  # the driver speaks, not the server: of a connection that was refused, or broke
        return isinstance(error, OperationalError)
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _SQLITE_OUTAGES


def is_unreachable(error: BaseException) -> bool:
    """Whether no connection could be had at all: nothing that was to be done with one has anything to do with it."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError) or not is_outage(error):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_UNREACHABLE)
    return str(error.orig).startswith(_NOT_CONNECTED)


def pause(tries: int) -> None:
    """Wait before the next try; `tries` were made already."""
    threading.Event().wait(rng.jitter(_BASE_S * 2**tries))
