"""Archived runs."""

import gzip

from flask import Flask

from studio.core.ids import new_id
from studio.runtime.archive.outcomes import Place, Stage
from studio.runtime.models import ArchivedLabel, ArchivedRun, ArchivePlace, RunArchive
from tests.factories.accounts import MadeTenant


def make_archived(app: Flask, tenant: MadeTenant) -> str:
    """A run that lies in a file of the installation's folder; its id."""
    record = gzip.compress(b'{"schema":"studio.run/1"}\n')
    with app.extensions["studio_database"].unit(tenant.id) as uow:
        place_id, archive_id, run_id = new_id(), new_id(), new_id()
        name = f"{tenant.id}/made/{archive_id}.jsonl.gz"
        app.extensions["studio_archive"].folder.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        app.extensions["studio_archive"].folder.joinpath(name).write_bytes(record)
        uow.session.add_all((
            ArchivePlace(id=place_id, kind=Place.FOLDER, active=False, next_at=uow.now),
            RunArchive(id=archive_id, place_id=place_id, name=name, state=Stage.KEPT, runs=1, size=len(record),
                       sha256="0" * 64, created_at=uow.now),
            ArchivedRun(run_id=run_id, archive_id=archive_id, offset=0, length=len(record), workflow_id=new_id(),
                        state="failed", error_code="http.status", created_at=uow.now, archived_at=uow.now),
            ArchivedLabel(run_id=run_id, key="order", value="6021"),
        ))  # fmt: skip
        return str(run_id)
