"""The renewer of credentials that do not expire: whoever signed in again in the meantime has brought newer ones."""

from dataclasses import dataclass

from studio.connectors import credentials
from studio.connectors.account import OpenAccount
from studio.connectors.models import ConnectionCredential
from studio.core.crypto import Keyring
from studio.core.unit_of_work import Database, UnitOfWork


@dataclass(frozen=True, slots=True)
class Rereading:
    """Implements `authorised.Renewer` for API keys and their like."""

    database: Database
    keyring: Keyring

    def fresh(self, account: OpenAccount) -> OpenAccount:
        """They are what they are."""
        return account

    def refused(self, account: OpenAccount) -> OpenAccount | None:
        """Newer ones, if there are."""
        with self.database.unit(account.workspace_id, read_only=True) as unit:
            return newer(unit, self.keyring, account)


def newer(uow: UnitOfWork, keyring: Keyring, account: OpenAccount) -> OpenAccount | None:
    """The account with the credentials of now, where they have moved since it was opened."""
    row = uow.session.get(ConnectionCredential, account.connection_id)
    if row is None or row.version == account.version:
        return None
    return account.with_credentials(credentials.opened(keyring, row), row.version, tuple(row.hosts))
