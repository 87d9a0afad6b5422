"""Migrated databases that are kept to be copied: whoever needs fifty of them migrates one of each kind.

A run of tests names a folder in the environment, for its processes and for theirs. Without one, nothing is kept.
"""

import fcntl
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from benchmarks.servers.postgres import copied, postgres_server
from studio.core import settings as settings_module
from studio.core.migrate import upgrade

FOLDER = "KEPT_DATABASES"
"""Variable of the environment that names the folder, which goes with whoever has made it."""


def sqlite() -> Path | None:
    """The folder of a migrated file, which lies there by the name that it has in a data folder."""
    return _once("sqlite", _migrated_file)


def postgres() -> Path | None:
    """The data of a cluster at rest with the roles and, as its first database, a migrated one."""
    return _once("postgres", _migrated_cluster)


def _once(name: str, make: Callable[[Path], None]) -> Path | None:
    """What is made by whoever asks first, while the others wait."""
    if FOLDER not in os.environ:
        return None
    place = Path(os.environ[FOLDER]) / name
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            half = place.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)  # of one who was interrupted
            half.mkdir()
            make(half)
            half.rename(place)
    return place


def _migrated_file(folder: Path) -> None:
    upgrade(settings_module.load({"STUDIO_DATA": str(folder)}))


def _migrated_cluster(folder: Path) -> None:
    with postgres_server(durable=True) as server:
        urls = server.empty_database("bench").variables()
        upgrade(settings_module.load({"STUDIO_DATA": str(folder)} | urls))
        server.stop(signal.SIGINT)  # everything is in its files by its end
        copied(server.sockets / "data", folder / "data")
