"""A connection whose system fails is spared: by steps, through the engine, and by syncs, one page after the other."""

from collections.abc import Callable
from typing import TypeVar

from studio.connectors.account import OpenAccount
from studio.connectors.errors import ApiError
from studio.core.i18n import gettext as _
from studio.core.targets import Paused, Report, Sign, Targets
from studio.core.targets.registry import NOTHING

T = TypeVar("T")


class Spared(ApiError):
    """Nothing was sent: calls by the connection are paused. `wait_s`: for how long."""

    code = "connection.circuit_open"


def target(handle: str) -> str:
    """What calls by a connection are told apart by: two accounts at one host have each their own limits."""
    return f"connection://{handle}"


def sparingly(targets: Targets, account: OpenAccount, call: Callable[[], T]) -> T:
    """Make a call unless they are paused, and say what it has found. Raises Spared, and what `call` raises."""
    ticket = targets.enter_beside(account.workspace_id, target(account.handle))
    if isinstance(ticket, Paused):
        raise _spared(account.title, ticket)
    said = NOTHING
    try:
        given = call()
        said = Report(Sign.WELL)
    except ApiError as error:
        said = Report(error.sign, error.wait_s or 0.0)
        raise
    finally:
        targets.leave(ticket, said)
    return given


def _spared(title: str, paused: Paused) -> Spared:
    if paused.asked:
        words = _("“%(title)s” asked for a pause, so Studio does not call it now.", title=title)
        return Spared(words, code="connection.circuit_open", wait_s=paused.left_s, sign=Sign.BUSY)
    words = _("“%(title)s” was not called: the last calls by it all failed, so Studio pauses them.", title=title)
    return Spared(words, code="connection.circuit_open", wait_s=paused.left_s)
