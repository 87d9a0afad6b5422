"""Files on the worker's machine: one event a line, in full files packed."""

import gzip
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.export.components import Entry, Exporter, ExporterSettings, Needs, Sending, Settings
from studio.export.outcomes import SENT, Fate, Verdict

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}\Z")
MEGABYTE = 1_000_000
_WINDOW = 65_536


class Rotation(Settings):
    """When a file is full."""

    max_megabytes: int = Field(100, ge=1, le=10_000)
    compression: bool = True
    """Pack full files with gzip."""


class FileSettings(ExporterSettings):
    """What the files are called."""

    name: str = "audit"
    rotation: Rotation = Rotation()

    @field_validator("name")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not _NAME.match(value):
            raise PydanticCustomError("bad_name", _("Letters, digits, “-” and “_” alone: it becomes a file's name."))
        return value


class File(Exporter[FileSettings]):
    """Appends to `<name>.jsonl`; a full one becomes `<name>-<number of its last event>.jsonl.gz`.

    The files lie in the data folder of the machine whose worker delivers, below `exports/<workspace>/`. A line that a
    crash cut short is cut off before anything follows it: its event is delivered again.
    """

    kind = "file"
    label = marked("Files on this server")
    model = FileSettings
    example = """\
name: audit                  # audit.jsonl; full ones are packed beside it
rotation: {max_megabytes: 100, compression: true}
"""

    def needs(self) -> Needs:
        """Nothing from outside."""
        return Needs()

    def send(self, batch: Sequence[Entry], sending: Sending) -> Verdict:
        """Append, and come back only when it is on the disk."""
        folder = sending.reach.folder / str(sending.workspace_id)
        current = folder / f"{self.config.name}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            size = _append(current, b"".join(entry.data + b"\n" for entry in batch))
            if size >= self.config.rotation.max_megabytes * MEGABYTE:
                self._rotate(current, batch[-1].record.seq)
        except OSError as error:
            said = _("The file cannot be written: %(why)s.", why=error.strerror or type(error).__name__)
            return Verdict(Fate.RETRY, "file.io", said)
        return SENT

    def _rotate(self, current: Path, last: int) -> None:
        """The name comes from the last event, so that a rotation which a crash cut short ends in the same file."""
        full = current.with_name(f"{self.config.name}-{last:012d}.jsonl")
        if not self.config.rotation.compression:
            current.replace(full)
            return
        part = full.with_name(full.name + ".part")
        with current.open("rb") as source, part.open("wb") as raw:
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                shutil.copyfileobj(source, packed)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(full.with_name(full.name + ".gz"))
        current.unlink()


def _append(path: Path, data: bytes) -> int:
    """The file's size afterwards."""
    with path.open("ab") as file:
        whole = _whole(path, file.tell())
        if whole < file.tell():
            os.ftruncate(file.fileno(), whole)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        return whole + len(data)


def _whole(path: Path, size: int) -> int:
    """How much of the file is whole lines."""
    with path.open("rb") as file:
        while size > 0:
            start = max(0, size - _WINDOW)
            file.seek(start)
            found = file.read(size - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            size = start
    return 0
