"""Verifying an archive by its files alone: no database, no network, no secret."""

import re
import struct
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol
from uuid import UUID

import orjson
import rfc8785

from studio.audit.envelope import GENESIS, hash_of, is_canonical
from studio.audit.export import behind
from studio.audit.findings import Bad, Erasures, Report, people
from studio.audit.personal import Aside
from studio.audit.sealing import manifest
from studio.audit.sealing.archive import EVENTS, KEYS, MANIFESTS, STATEMENT
from studio.audit.sealing.checking import Misfit, Sealed, Seals
from studio.audit.sealing.manifest import Signed
from studio.audit.sealing.signing import PublicKey, Trust

_BEHIND = re.compile(rb',"hash":"([0-9a-f]{64})","personal":\{')


DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError),
    *(KeyError, OverflowError, struct.error),
)
"""What reading a damaged archive may raise: flags and methods that none of ours has, lengths that lead nowhere."""


class Unreadable(Exception):
    """It is no archive of Studio's, or a part of it is missing; the message says which."""


class Files(Protocol):
    """An archive's files, wherever they lie."""

    def names(self) -> list[str]:
        """All of them, with their folders."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """One of them. Raises KeyError or OSError."""
        ...


@dataclass(frozen=True, slots=True)
class _Zip:
    file: zipfile.ZipFile

    def names(self) -> list[str]:
        return self.file.namelist()

    def open(self, name: str) -> IO[bytes]:
        return self.file.open(name)


@dataclass(frozen=True, slots=True)
class _Folder:
    root: Path

    def names(self) -> list[str]:
        return [path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()]

    def open(self, name: str) -> IO[bytes]:
        return (self.root / name).open("rb")


@contextmanager
def opened(path: Path) -> Iterator[Files]:
    """A ZIP file, or the folder that it was unpacked into. Raises Unreadable."""
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        file = zipfile.ZipFile(path)
    except DAMAGED as error:
        message = f"the archive's own list of its files cannot be read, or this is no archive: {error}"
        raise Unreadable(message) from error
    with file:
        yield _Zip(file)


def verify_files(files: Files, pinned: Sequence[PublicKey] | None = None) -> Report:
    """Check every event, seal and the statement of an archive; names the first bad event. Raises Unreadable.

    `pinned`: public keys that were kept elsewhere; else those in the archive are believed.
    """
    said, document = _statement(files)
    trust = Trust(read_keys(_read(files, KEYS)), pinned)
    refused = trust.problem(document, said["key_id"])
    if refused is not None:
        return Report(0, Bad(1, None, f"the archive's statement is not as it was signed: {refused}"), GENESIS)
    seals = Seals(_sealed(files), trust, said["workspace_id"])
    walk = _Walk(said, seals)
    bad = walk.through(_lines(files))
    erased = 0 if not said["personal"] else walk.erasures.gone
    return Report(walk.seq, bad, walk.hash, erased, seals.segments, seals.until, trust.key_ids)


def read_keys(text: bytes) -> list[PublicKey]:
    """Public keys, as `studio audit public-key` writes them. Raises Unreadable."""
    try:
        return [PublicKey.of(one) for one in orjson.loads(text)]
    except (ValueError, TypeError) as error:
        message = f"the public keys cannot be read: {error}"
        raise Unreadable(message) from error


class _Walk:
    """The events of an archive, one after the other."""

    def __init__(self, said: dict[str, Any], seals: Seals) -> None:
        self._said, self._seals = said, seals
        self.seq, self.hash = 0, GENESIS
        self.erasures = Erasures()

    def through(self, lines: Iterator[bytes]) -> Bad | None:
        """The first bad event; None where every one fits."""
        misfit = self._seals.start()
        if misfit is not None:
            return Bad(misfit.seq, None, misfit.problem)
        for line in lines:
            bad = self._event(line)
            if bad is not None:
                return bad
        return self._end()

    def _event(self, line: bytes) -> Bad | None:
        try:
            body, hash_, asides = _parts(line)
            event = orjson.loads(body)
            seq = event["seq"]
            problem = self._problem(event, body, hash_, asides)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            return Bad(self.seq + 1, None, "its line is not written as Studio writes it")
        if problem is not None:
            return Bad(self.seq + 1, _id(event, self.seq + 1), problem)
        misfit = self._seals.see(seq, body, hash_)
        if misfit is not None:
            self.seq = min(self.seq, misfit.seq - 1)
            return Bad(misfit.seq, _id(event, misfit.seq), misfit.problem)
        self.seq, self.hash = seq, hash_
        self.erasures.see(event, len(asides))
        return None

    def _problem(self, event: dict[str, Any], body: bytes, hash_: str, asides: Sequence[Aside]) -> str | None:
        if event["seq"] != self.seq + 1:
            return f"event {self.seq + 1} is missing" if event["seq"] > self.seq else "its number was used before"
        if hash_ != hash_of(self.hash, body):
            return "its content or its hash was changed, or the event before it was replaced"
        if event["prev_hash"] != self.hash or event["workspace_id"] != self._said["workspace_id"]:
            return "it names another event before it, or another workspace"
        if not is_canonical(event, body):
            return "its record is not written as Studio writes it"
        return people(event, asides)

    def _end(self) -> Bad | None:
        last = self._said["last_seq"]
        misfit = self._seals.end(self.seq)
        if self.seq < last:
            return Bad(self.seq + 1, None, f"events {self.seq + 1} to {last} are missing at the end")
        if self.seq > last or self.hash != self._said["last_hash"]:
            return Bad(self.seq, None, "the archive's statement names another last event")
        if misfit is None and self._seals.segments != self._said["segments"]:
            misfit = Misfit(self._seals.until + 1, "the manifest of its segment is missing")
        if misfit is not None:
            return Bad(misfit.seq, None, misfit.problem)
        return self.erasures.problem() if self._said["personal"] else None


def _parts(line: bytes) -> tuple[bytes, str, list[Aside]]:
    """Record, hash and what lies beside. Only the one way in which Studio writes it is taken. Raises ValueError."""
    text = line.removesuffix(b"\n")
    places = [place.start() for place in _BEHIND.finditer(text)]
    for at in reversed(places):  # what people typed may look like it
        behind_it = orjson.loads(b"{" + text[at + 1 :])
        if behind_it.keys() != {"hash", "personal"}:
            continue
        for written in (_quickly, rfc8785.dumps):
            asides = [_aside(path, kept, written) for path, kept in behind_it["personal"].items()]
            if behind(behind_it["hash"], asides).encode() == text[at:]:
                return text[:at] + b"}", behind_it["hash"], asides
    message = "no hash stands behind the record"
    raise ValueError(message)


def _aside(path: str, kept: dict[str, Any], written: Callable[[Any], bytes]) -> Aside:
    return Aside(path, "", bytes.fromhex(kept["salt"]), written(kept["value"]).decode(), "")


def _quickly(value: Any) -> bytes:
    """Canonical JSON, but for some numbers."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _id(event: dict[str, Any], seq: int) -> UUID | None:
    """Which event it says it is; None where it is another's place, or where that has been damaged as well."""
    try:
        return UUID(event["id"]) if event.get("seq") == seq else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _lines(files: Files) -> Iterator[bytes]:
    for name in sorted(name for name in files.names() if name.startswith(EVENTS) and name.endswith(".jsonl")):
        with _found(files, name) as file:
            yield from _whole(file, name)


def _sealed(files: Files) -> Iterator[Sealed]:
    with _found(files, MANIFESTS) as file:
        for line in _whole(file, MANIFESTS):
            try:
                said = orjson.loads(line)
                document = Signed(str(said["signed"]), str(said["signature"]))
                leaves = b64decode(said["leaves"], validate=True)
                if b64encode(leaves).decode() != said["leaves"]:  # spare bits at the end
                    raise ValueError  # noqa: TRY301 - as what cannot be decoded
                yield Sealed(document, leaves)
            except (ValueError, KeyError, TypeError):
                yield Sealed(Signed("", ""), b"")  # named by its place, as one that cannot be read
                return


def _whole(file: IO[bytes], name: str) -> Iterator[bytes]:
    try:
        yield from file
    except DAMAGED as error:
        message = f"{name} is damaged: {error}"
        raise Unreadable(message) from error


def _statement(files: Files) -> tuple[dict[str, Any], Signed]:
    try:
        kept = orjson.loads(_read(files, STATEMENT))
        document = Signed(str(kept["signed"]), str(kept["signature"]))
        said = document.read()
    except (ValueError, KeyError, TypeError) as error:
        message = f"{STATEMENT} cannot be read: {error}"
        raise Unreadable(message) from error
    names = {"workspace_id", "last_seq", "last_hash", "segments", "last_manifest", "personal", "key_id"}
    if said.get("schema") != manifest.ARCHIVE or not names <= set(said):
        message = f"{STATEMENT} is none of {manifest.ARCHIVE}"
        raise Unreadable(message)
    return said, document


def _read(files: Files, name: str) -> bytes:
    with _found(files, name) as file:
        return b"".join(_whole(file, name))


def _found(files: Files, name: str) -> IO[bytes]:
    try:
        return files.open(name)
    except DAMAGED as error:
        message = f"{name} is missing, or what the archive says of it was changed"
        raise Unreadable(message) from error
