"""Signing in with credentials that somebody typed: tried at the provider with no transaction open, then kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from studio.connectors.calling.reporting import log
from studio.connectors.calling.stepping import Reach
from studio.connectors.calling.trying import try_out
from studio.connectors.catalogue import connector
from studio.connectors.models import Connection
from studio.connectors.outcomes import AuthKind
from studio.connectors.service import authorising, creating, scoping
from studio.core import tenancy
from studio.core.actor import Actor
from studio.core.crypto import Keyring
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _

BY_TOKEN = (AuthKind.OAUTH_CODE, AuthKind.CLIENT_CREDENTIALS)


@dataclass(frozen=True, slots=True)
class ByCredentials:
    """For every way to sign in that fetches no token."""

    reach: Reach
    keyring: Keyring

    def connect(
        self,
        workspace_id: UUID,
        connection_id: UUID,
        actor: Actor,
        given: Mapping[str, str],
        settings: Mapping[str, str] | None = None,
        *,
        confirmed: bool = False,
    ) -> None:
        """Connect, for the first time or again. `settings`: none given, those that are kept.

        Raises InvalidInput with the field, ApiError where the provider refuses, Conflict for another account
        (`confirmed`: it is meant), and as Gates.require().
        """
        database = self.reach.accounts.database
        with database.unit(workspace_id, actor, read_only=True) as unit:
            row = tenancy.get(unit.session, Connection, connection_id, "connection")
            definition = connector(row.connector)
            auth = definition.auth(row.auth)
            if auth is None or auth.kind in BY_TOKEN:
                raise InvalidInput(_("This connection signs in another way."), code="connection.auth", field="auth")
            wanted = None if settings is None else creating.checked(definition.asked(auth), settings, "settings")
            tried = authorising.trial(row, given, wanted)
        done = try_out(self.reach.accounts.send, tried)
        with database.unit(workspace_id, actor) as unit:
            row = tenancy.get(unit.session, Connection, connection_id, "connection")
            authorising.accept(unit, self.keyring, row, done.account, done.whose, confirmed=confirmed)
            scoping.keep(unit, row, done.scopes)
            log(unit, row.id, done.traces, "connect")
