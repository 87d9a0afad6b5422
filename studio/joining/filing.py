"""Joins what writes files: evidence packs, exported runs, the archive."""

from studio.core.crypto import Keyring
from studio.core.settings import Settings
from studio.oversight.evidence import making
from studio.oversight.evidence import service as evidence
from studio.oversight.run_exports import making as run_files
from studio.oversight.run_exports import service as run_exports
from studio.runtime.archive.erasing import ErasingArchives
from studio.runtime.archive.expiring import Expiring
from studio.runtime.archive.places import Reach as ArchiveReach
from studio.runtime.archive.working import Archiving
from studio.runtime.engine.engine import Engine
from studio.runtime.leases import NamedLeases


def join_evidence(engine: Engine, keyring: Keyring) -> None:
    packs = making.Making(engine.database, keyring, lambda: engine.hints.send("evidence"))
    engine.add_drain("evidence", packs.drain, packs.is_due)
    evidence.on_asked = lambda: engine.hints.send("evidence")


def join_run_files(engine: Engine, settings: Settings) -> ArchiveReach:
    """Files of runs: those that people ask for, and those of runs that are kept no longer."""
    files = run_files.Making(engine.database, lambda: engine.hints.send("run_exports"))
    engine.add_drain("run_exports", files.drain, files.is_due)
    run_exports.on_asked = lambda: engine.hints.send("run_exports")
    ports = engine.ports
    reach = ArchiveReach(ports.http, ports.secrets, settings.data_dir / "archive", settings.allowed_hosts)
    leases = NamedLeases(engine.database, engine.holder)
    archiving = Archiving(engine.database, reach, leases, lambda: engine.hints.send("archive"))
    engine.add_drain("archive", archiving.drain, archiving.is_due)
    expiring = Expiring(engine.database, reach, leases, lambda: engine.hints.send("archive_files"))
    engine.add_drain("archive_files", expiring.drain, expiring.is_due)
    ErasingArchives(engine.database, reach, leases).register()
    return reach
