"""Several workers at once, each a process of its own: all open a connection, then all ask for a fresh token."""

import json
import os
import sys
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID

from studio import models
from studio.audit import chain
from studio.connectors.calling.opening import opened
from studio.connectors.models import Connection
from studio.connectors.oauth import protocol
from studio.connectors.oauth.exchange import Exchange
from studio.connectors.oauth.renewing import Renewing
from studio.core.crypto import Keyring
from studio.core.db import open_engine
from studio.core.http import HttpClient
from studio.core.unit_of_work import Database


def work(given, together, said) -> None:
    database = Database(open_engine(given["app"]), open_engine(given["engine"]), finishers=[chain.finish])
    keyring = Keyring.open(Path(given["data"]))
    renewing = Renewing.over(database, keyring, Exchange(HttpClient([given["inner"]]).send))
    with database.unit(UUID(given["workspace"]), read_only=True) as unit:
        account = opened(unit, keyring, unit.session.get_one(Connection, UUID(given["connection"])))
    together.wait(60)
    fresh = renewing.renewed(account)
    said.put({"process": os.getpid(), "version": fresh.version, "token": fresh.credentials["access_token"]})


def main() -> None:
    """Fork before anything is opened: loading is done once, and each process has connections of its own."""
    given = json.loads(sys.argv[1])
    models.load_all()
    protocol.challenge("of-no-matter")
    fork = get_context("fork")
    together, said = fork.Barrier(given["workers"]), fork.SimpleQueue()
    workers = [fork.Process(target=work, args=(given, together, said)) for _worker in range(given["workers"])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(90)
    print(json.dumps([said.get() for worker in workers if worker.exitcode == 0]))


main()
