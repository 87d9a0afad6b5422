"""A process that syncs what is due until nothing is: `python -m tests.faults.sync_worker ADDRESS`, by its environ.

What it would tell workflows it writes into the table `told`, in the transaction that keeps the records.
"""

import sys

from sqlalchemy import text

from benchmarks import seeding
from studio.connectors.calling.opening import Accounts
from studio.connectors.calling.rereading import Rereading
from studio.connectors.syncing.draining import Syncing
from studio.core import settings
from studio.core.http import HttpClient
from studio.core.targets import Targets
from studio.runtime.leases import NamedLeases
from tests.factories import syncs


def tell(uow, _connection, _scope, _stream, found):
    rows = [{"change": str(one.change), "external_id": one.external_id} for one in found]
    if rows:
        uow.session.execute(text("insert into told (change, external_id) values (:change, :external_id)"), rows)


def main(address: str) -> None:
    with seeding.application(settings.load()) as app, syncs.installed():
        database, keyring = app.extensions["studio_database"], app.extensions["studio_keyring"]
        accounts = Accounts(database, keyring, HttpClient((address,)).send, Rereading(database, keyring))
        syncing = Syncing(accounts, NamedLeases(database, "worker"), Targets(4, 8), tell)
        while syncing.drain():
            pass


if __name__ == "__main__":
    main(sys.argv[1])
