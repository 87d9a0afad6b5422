"""Archived runs."""

import gzip
from pathlib import Path
from uuid import UUID

from flask import Flask

from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.archive.outcomes import Place, Stage
from studio.runtime.models import ArchivedLabel, ArchivedRun, ArchivePlace, RunArchive
from tests.factories.accounts import MadeTenant

RECORD = b'{"schema":"studio.run/1"}\n'


def make_archived(app: Flask, tenant: MadeTenant) -> str:
    """A run that lies in a file of the installation's folder; its id."""
    with app.extensions["studio_database"].unit(tenant.id) as uow:
        return str(add_archived(uow, app.extensions["studio_archive"].folder))


def add_archived(uow: UnitOfWork, folder: Path, record: bytes = RECORD) -> UUID:
    """The same in a unit of the caller's."""
    packed = gzip.compress(record)
    place_id, archive_id, run_id = new_id(), new_id(), new_id()
    name = f"{uow.workspace}/made/{archive_id}.jsonl.gz"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(packed)
    uow.session.add_all((
        ArchivePlace(id=place_id, kind=Place.FOLDER, active=False, next_at=uow.now),
        RunArchive(id=archive_id, place_id=place_id, name=name, state=Stage.KEPT, runs=1, size=len(packed),
                   sha256="0" * 64, created_at=uow.now),
        ArchivedRun(run_id=run_id, archive_id=archive_id, offset=0, length=len(packed), workflow_id=new_id(),
                    state="failed", error_code="http.status", created_at=uow.now, archived_at=uow.now),
        ArchivedLabel(run_id=run_id, key="order", value="6021"),
    ))  # fmt: skip
    uow.session.flush()
    return run_id
