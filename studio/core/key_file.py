"""The file of master keys: lines of `version:base64`, replaced as a whole, and changed by one command at a time."""

import base64
import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from studio.core import rng
from studio.core.settings import SettingsError

log = structlog.get_logger()

KEY_FILE = "master.key"
KEY_BYTES = 32

Stamp = tuple[int, int, int]
"""Inode, time of change in ns, size: another file has another one."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Where the master keys of this machine lie."""

    path: Path

    @classmethod
    def of(cls, data_dir: Path) -> "KeyFile":
        """The one in a data folder."""
        return cls(data_dir / KEY_FILE)

    @property
    def set_aside(self) -> Path:
        """The file as it was, while a key is taken out of it."""
        return self.path.with_name(f"{self.path.name}-before-retiring")

    def stamp(self) -> Stamp | None:
        """What tells that the file is another one by now; None: there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def read(self) -> dict[int, bytes]:
        """The keys by version. Raises SettingsError where they are none."""
        return parse(self.path.read_text("ascii", errors="replace"), str(self.path))

    def half_retired(self) -> dict[int, bytes]:
        """Keys that a command had taken out when it died: whoever retires them again finishes it."""
        if not self.set_aside.exists():
            return {}
        there = self.read()
        before = parse(self.set_aside.read_text("ascii"), str(self.set_aside))
        return {version: key for version, key in before.items() if version not in there}

    def ensure(self) -> None:
        """Make the file with a first key where there is none; say so where others may read it."""
        if not self.path.exists():
            self._make()
        if self.path.stat().st_mode & 0o077:
            log.warning("master_key_readable_by_others", path=str(self.path), hint=f"chmod 600 {self.path}")

    def add(self) -> int:
        """Add a newer key; its version. It is safely on disk before anybody seals with it."""
        with self.held():
            keys = self.read()
            version = max(keys) + 1
            self._replace(keys | {version: rng.secret_bytes(KEY_BYTES)})
        log.warning("master_key_added", path=str(self.path), version=version, hint=f"Back up {self.path} again.")
        return version

    @contextmanager
    def without(self, version: int) -> Iterator[None]:
        """Take a key out. Where the block raises it is put back; where the process dies, `set_aside` still has it."""
        with self.held():
            before = self.read()
            if version in before:
                _written(self.set_aside, self.path.read_text("ascii")).replace(self.set_aside)
                _sync(self.path.parent)
                self._replace({number: key for number, key in before.items() if number != version})
            else:
                before |= self.half_retired()
            try:
                yield
            except BaseException:
                self._replace(before)
                self.set_aside.unlink()
                raise
            self.set_aside.unlink()

    @contextmanager
    def held(self) -> Iterator[None]:
        """No other command changes the file meanwhile; whoever comes second waits."""
        if not self.path.parent.exists():  # nothing was ever kept here
            yield
            return
        handle = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _replace(self, keys: Mapping[int, bytes]) -> None:
        lines = "".join(f"{version}:{base64.b64encode(key).decode()}\n" for version, key in sorted(keys.items()))
        _written(self.path, lines).replace(self.path)
        _sync(self.path.parent)

    def _make(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = _written(self.path, line(1))
        try:
            os.link(written, self.path)  # fails where another process was first; a rename would replace its key
        except FileExistsError:
            return
        finally:
            written.unlink()
        _sync(self.path.parent)
        hint = f"Back this up: without {self.path} the stored secrets cannot be read."
        log.warning("master_key_made", path=str(self.path), hint=hint)


def line(version: int) -> str:
    """A new key, as the file and the environment hold it."""
    return f"{version}:{base64.b64encode(rng.secret_bytes(KEY_BYTES)).decode()}\n"


def parse(text: str, source: str) -> dict[int, bytes]:
    """Read `version:base64` lines; a bare key is version 1. Raises SettingsError."""
    keys: dict[int, bytes] = {}
    for each in filter(None, (each.strip() for each in text.splitlines())):
        version, _, encoded = each.rpartition(":")
        try:
            keys[int(version or "1")] = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise SettingsError(f"{source} is no master key: lines of `1:<base64>`.") from error
    return keys


def _written(path: Path, text: str) -> Path:
    """The text in a file of mode 0600 beside `path`, safely on disk."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _sync(folder: Path) -> None:
    """A name in a folder outlives a power cut only once the folder is on disk: records are sealed under it by then."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
