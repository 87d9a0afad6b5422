"""There is room where Studio writes, and it may write there."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from studio.operations.doctor.findings import Finding, bad, ok, warning
from studio.operations.doctor.place import Place

ORDER = 60
LITTLE, NEXT_TO_NOTHING = 2_000_000_000, 200_000_000
"""Bytes."""


def look(place: Place) -> Iterator[Finding]:
    """The data folder, the folder of temporary files, and the SQLite file's where it lies elsewhere."""
    folders = {"data folder": place.settings.data_dir, "folder of temporary files": Path(tempfile.gettempdir())}
    if place.settings.sqlite_path is not None and place.settings.sqlite_path.parent != place.settings.data_dir:
        folders["SQLite file's folder"] = place.settings.sqlite_path.parent
    for name, folder in folders.items():
        yield _looked_at(name, folder)


def _looked_at(name: str, folder: Path) -> Finding:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".studio-doctor-") as file:
            file.write(b"written")
            file.flush()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return bad(
            f"The {name} {folder} cannot be written to: {error.strerror}.",
            "Give Studio's user that folder, or name another one (STUDIO_DATA, TMPDIR).",
        )
    return judge(name, folder, free)


def judge(name: str, folder: Path, free: int) -> Finding:
    """`free`: bytes."""
    told = f"{free / 1e9:.1f} GB are free in the {name} {folder}"
    if free < NEXT_TO_NOTHING:
        return bad(f"{told}: writes will soon be refused.", "Make room now.")
    if free < LITTLE:
        return warning(f"{told}.", "Make room, or shorten how long runs are kept (Settings).")
    return ok(f"{told}.")
