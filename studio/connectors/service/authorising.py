"""Credentials come in: tried first with no transaction open, then kept, with the id and name of whose they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from studio.connectors import credentials
from studio.connectors.account import OpenAccount
from studio.connectors.catalogue import connector
from studio.connectors.definition import Account, Auth
from studio.connectors.models import Connection
from studio.connectors.outcomes import Event, Health, Status
from studio.connectors.policy import KEEP_ALIVE
from studio.connectors.service import creating, gating, moving
from studio.connectors.trail import record
from studio.core.crypto import Keyring
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


def trial(row: Connection, given: Mapping[str, str], settings: Mapping[str, Any] | None = None) -> OpenAccount:
    """An account with credentials that are kept nowhere yet, to be probed. Raises InvalidInput with a problem a field.

    `settings`: others than the row has.
    """
    definition, auth = connector(row.connector), way_of(row)
    wanted = dict(row.settings if settings is None else settings)
    return OpenAccount(
        workspace_id=row.workspace_id, connection_id=row.id, handle=row.handle, title=row.title, connector=definition,
        auth=auth, settings=wanted, credentials=clean(auth, given), version=0,
        hosts=credentials.bound_hosts(definition, wanted),
    )  # fmt: skip


def way_of(row: Connection) -> Auth:
    """How a connection signs in. Raises InvalidInput where its definition knows that way no longer."""
    auth = connector(row.connector).auth(row.auth)
    if auth is None:
        raise InvalidInput(_("Choose how to sign in."), code="connection.auth", field="auth")
    return auth


def clean(auth: Auth, given: Mapping[str, str]) -> dict[str, str]:
    """What was filled in for a way to sign in. Raises InvalidInput; a secret with a line break is refused."""
    values = creating.checked(auth.fields, given, "credentials")
    broken = next((name for name, value in values.items() if any(c in value.strip() for c in "\r\n\0")), None)
    if broken is not None:
        raise InvalidInput(_("A secret holds no line break."), code="connection.secret", field=f"credentials.{broken}")
    return {name: value.strip() for name, value in values.items()}


def accept(
    uow: UnitOfWork,
    keyring: Keyring,
    row: Connection,
    tried: OpenAccount,
    found: Account,
    *,
    confirmed: bool = False,
    gated: bool = False,
    granted: Sequence[str] = (),
    expires_at: datetime | None = None,
    refresh_due_at: datetime | None = None,
) -> None:
    """Keep what the provider has taken; id, steps and cursors stay. `confirmed`: another account is meant.

    `gated`: the gate was passed when the sign-in began.
    Raises Conflict (`connection.other_account`) where the credentials are another account's, and as Gates.require().
    """
    again = row.connected_at is not None
    if again and not confirmed and row.account_id and found.id != row.account_id:
        words = _(
            "These credentials belong to %(found)s, but “%(title)s” is %(held)s. Its steps and cursors would meet "
            "another account's data. Confirm that you mean this, or sign in with the other account.",
            found=found.name or found.id or "?", title=row.title, held=row.account_name or row.account_id,
        )  # fmt: skip
        raise Conflict(words, code="connection.other_account", field="credentials")
    if not gated:
        gating.require(uow, row, "connect", account=found.id or "")
    if row.state not in (Status.ACTIVE, Status.PAUSED):
        moving.move(uow, row, Event.BEGIN)
    credentials.keep(uow, keyring, row.id, tried.credentials, tried.hosts)
    row.settings = dict(tried.settings)
    row.account_id, row.account_name = (found.id or "")[:200] or None, found.name[:200]
    row.granted, row.expires_at = list(granted), expires_at
    row.refresh_due_at = refresh_due_at or uow.now + KEEP_ALIVE
    row.health, row.degraded_at, row.error, row.error_code = Health.HEALTHY.value, None, None, None
    row.strikes, row.struck_at = 0, None
    row.connected_at = row.checked_at = uow.now
    missing = creating.unanswered(row)
    moving.move(
        uow, row, Event.AUTHORIZED_UNFINISHED if missing and row.state is not Status.PAUSED else Event.AUTHORIZED
    )
    record(uow, "connection.connected", row, account=row.account_id or "", again=again)
