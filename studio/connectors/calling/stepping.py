"""A step's call by a connection: opened, made, written down; where the connection is down it waits to be mended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.calling.opening import Accounts, Held
from studio.connectors.calling.opening import held as held_by
from studio.connectors.calling.reporting import Reporting
from studio.connectors.errors import ApiError, SignInRefused
from studio.connectors.service import waiting
from studio.contract.node import Context
from studio.contract.results import Done, Fail, Outcome, Wait
from studio.core.errors import StudioError
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _

TRIES = 3
"""How often a connection may be mended just while a step begins to wait for it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What steps reach connections by."""

    accounts: Accounts
    reporting: Reporting


_joined: list[Reach] = []


def join(reach: Reach) -> None:
    """Say how connections are reached. Called at the start of every process."""
    _joined[:] = [reach]


def reach() -> Reach:
    """As it was joined."""
    return _joined[0]


def held_up(ctx: Context, handle: str) -> Wait | None:
    """The wait for a connection that somebody has to mend, before anything is intended; None: it can be used."""
    for _try in range(TRIES):
        with reach().accounts.database.unit(ctx.run.workspace_id, read_only=True) as unit:
            held = held_by(unit, handle)
        waits = _wait(ctx, held) if held is not None else None
        if held is None or waits is not None:
            return waits
    return None


def by_connection(
    ctx: Context, handle: str, scope: str, purpose: str, perform: Callable[[AuthorisedApi], Any]
) -> Outcome:
    """Do one thing by a connection, as a step's outcome."""
    for _try in range(TRIES):
        try:
            api = reach().accounts.api(ctx.run.workspace_id, handle, scope)
        except Held as held:
            waits = _wait(ctx, held)
            if waits is not None:
                return waits
            continue
        except StudioError as error:
            field = f"config.{error.field}" if error.field else "config.connection"
            return Fail(error.code, error.message, field=field)
        outcome = _performed(ctx, api, purpose, perform)
        if outcome is not None:
            return outcome
    return Fail("connection.held", _("The connection was mended and lost again while the step began."), retryable=True)


def _performed(
    ctx: Context, api: AuthorisedApi, purpose: str, perform: Callable[[AuthorisedApi], Any]
) -> Done | Fail | None:
    """None: its sign-in was refused, so nothing was done, and whoever asks again waits for it to be mended."""
    if ctx.timeout_s:
        api.timeout_s = ctx.timeout_s
    _hide(ctx, api)
    failure: ApiError | None = None
    output: Any = None
    try:
        output = perform(api)
    except ApiError as error:
        failure = error
    _hide(ctx, api)
    reach().reporting.called(api, purpose, failure, ctx.run.id)
    if failure is None:
        return Done(output)
    if isinstance(failure, SignInRefused):
        return None
    return Fail(
        failure.code, failure.message, retryable=failure.retryable, retry_after_s=failure.wait_s, unknown=failure.seen,
        output=failure.output, field=f"config.input.{failure.field}" if failure.field else None, target=failure.sign,
    )  # fmt: skip


def _hide(ctx: Context, api: AuthorisedApi) -> None:
    for secret in api.account.secrets():
        ctx.redact(secret)


def _wait(ctx: Context, held: Held) -> Wait | None:
    """None: it was mended in this moment."""
    wait_id = ctx.new_wait()
    with reach().accounts.database.unit(ctx.run.workspace_id) as unit:
        if not waiting.begin(unit, held.connection_id, wait_id, ctx.run.id):
            return None
    fault_point("connection.held")
    return Wait(wait_id, waiting.KIND, note=held.message, detail={"connection_id": str(held.connection_id)})
