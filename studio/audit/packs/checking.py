"""Checking a pack by its files alone: no database, no network, no secret. Everything that was altered is named."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson

from studio.audit.packs import archived, layout, proving
from studio.audit.packs.layout import Entry
from studio.audit.sealing.manifest import Signed
from studio.audit.sealing.offline import DAMAGED, Files, Unreadable, read_keys
from studio.audit.sealing.signing import PublicKey, Trust

_AT_ONCE = 1 << 20
_MOST_SMALL = 1 << 28
"""Bytes of a manifest, seal or list of keys. More is no pack: nothing is read without an end."""
_ID = re.compile(rb'"id":"([^"\\]{1,100})"')


@dataclass(frozen=True, slots=True)
class Altered:
    """One thing that is not as it was sealed."""

    what: str
    """A file, a record of it, or a part of the archive."""
    problem: str

    def __str__(self) -> str:
        return f"{self.what}: {self.problem}"


@dataclass(slots=True)
class PackReport:
    """What a check found."""

    about: dict[str, Any] = field(default_factory=dict)
    """What the pack says that it is of; empty where its manifest cannot be read."""
    files: int = 0
    """Those that are as they were sealed."""
    events: int = 0
    """Audit events whose place under a signed root was proven."""
    altered: list[Altered] = field(default_factory=list)
    key_ids: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        """Nothing was altered."""
        return not self.altered

    def add(self, what: str, problem: str) -> None:
        """One more thing that does not fit."""
        self.altered.append(Altered(what, problem))


def is_pack(files: Files) -> bool:
    """Whether this is an evidence pack, or what is left of one, rather than an archive of the whole trail."""
    names = set(files.names())
    return bool(names & {layout.MANIFEST, layout.SEAL_FILE, layout.ABOUT, "index.html"})


def check(files: Files, pinned: Sequence[PublicKey] | None = None, *, path: Path | None = None) -> PackReport:
    """Hold every file against the manifest, the manifest against its seal, every event against its proof.

    `path`: the ZIP file itself, whose every byte is looked at; None: a folder, of which there is only what it holds.
    `pinned`: public keys that were kept elsewhere; else those in the pack are believed.
    """
    report = PackReport()
    trust = _trust(files, pinned, report)
    listed = _manifest(files, trust, report)
    if listed is not None:
        _files(files, listed, report)
    if path is not None and (report.ok or listed is None):
        archived.check(path, listed or (), report.about, trust, report.add)
    if listed is not None and report.ok:
        report.events = proving.check(files, trust, report.about["workspace_id"], report.add)
    report.key_ids = trust.key_ids
    return report


def _trust(files: Files, pinned: Sequence[PublicKey] | None, report: PackReport) -> Trust:
    try:
        return Trust(read_keys(_small(files, layout.KEYS)), pinned)
    except Unreadable as error:
        report.add(layout.KEYS, str(error))
    except DAMAGED as error:
        report.add(layout.KEYS, _words(error))
    return Trust((), pinned)


def _manifest(files: Files, trust: Trust, report: PackReport) -> list[Entry] | None:
    """The files that there have to be; None where nothing can be held against them."""
    seal, text = _seal(files, report), _text(files, layout.MANIFEST, report)
    if text is None:
        return None
    fits = seal is not None and seal[1].get("manifest_sha256") == hashlib.sha256(text).hexdigest()
    if seal is not None:
        document, said = seal
        refused = trust.problem(document, said.get("key_id"))
        if refused is not None:
            report.add(layout.SEAL_FILE, f"it is not as it was signed: {refused}")
        if not fits:
            report.add(layout.MANIFEST, "it is not the list of files that was sealed")
    try:
        whole = orjson.loads(text)
        if whole["schema"] != layout.PACK:
            raise ValueError(whole["schema"])  # noqa: TRY301 - as what cannot be read
        layout.names(whole["about"])
        listed = [Entry.of(one) for one in whole["files"]]
    except (ValueError, KeyError, TypeError):
        if fits or seal is None:
            report.add(layout.MANIFEST, "it is not written as Studio writes it")
        return None
    report.about = whole["about"]
    return listed


def _seal(files: Files, report: PackReport) -> tuple[Signed, dict[str, Any]] | None:
    text = _text(files, layout.SEAL_FILE, report)
    if text is None:
        return None
    try:
        document, said = archived.signed(text, layout.SEAL)
    except ValueError as error:
        report.add(layout.SEAL_FILE, str(error))
        return None
    return document, said


def _files(files: Files, listed: Sequence[Entry], report: PackReport) -> None:
    names = files.names()
    wanted = {one.path for one in listed} | layout.UNLISTED
    for name in sorted(set(names)):
        if name not in wanted:
            report.add(name, "it was added: the manifest lists no such file")
        if names.count(name) > 1:
            report.add(name, "it is in the archive more than once")
    known = set(names)
    for entry in listed:
        if entry.path not in known:
            report.add(entry.path, "it is missing")
        elif (problem := _problem(files, entry)) is not None:
            report.add(*problem)
        else:
            report.files += 1


def _problem(files: Files, entry: Entry) -> tuple[str, str] | None:
    digest, size = hashlib.sha256(), 0
    try:
        with files.open(entry.path) as file:
            while size <= entry.size and (part := file.read(_AT_ONCE)):
                digest.update(part)
                size += len(part)
    except DAMAGED as error:
        return _line(files, entry) or (entry.path, _words(error))
    if (size, digest.hexdigest()) == (entry.size, entry.sha256):
        return None
    return _line(files, entry) or (entry.path, "its content was changed")


def _line(files: Files, entry: Entry) -> tuple[str, str] | None:
    """The first record that is not as it was; None where none can be named."""
    hashes = layout.line_hashes(entry.lines)
    if not hashes:
        return None
    number = 0
    try:
        with files.open(entry.path) as file:
            for number, line in enumerate(_lines(file, entry.size), 1):
                if number > len(hashes):
                    return f"{entry.path}, record {number}", "it was added"
                if layout.line_hash(line) != hashes[number - 1]:
                    return f"{entry.path}, record {number}{_named(line)}", "it was changed, taken out or put in"
    except DAMAGED:
        return f"{entry.path}, from record {number + 1} on", "it cannot be unpacked: its bytes were changed"
    missing = len(hashes) - number
    return (f"{entry.path}, record {number + 1}", f"it and {missing - 1} behind it are missing") if missing else None


def _lines(file: IO[bytes], most: int) -> Iterator[bytes]:
    size = 0
    while size <= most and (line := file.readline(most + 1)):
        size += len(line)
        yield line


def _named(line: bytes) -> str:
    found = _ID.search(line)
    return f" ({found[1].decode(errors='replace')})" if found else ""


def _text(files: Files, name: str, report: PackReport) -> bytes | None:
    try:
        return _small(files, name)
    except Unreadable as error:
        report.add(name, str(error))
    except DAMAGED as error:
        report.add(name, _words(error))
    return None


def _small(files: Files, name: str) -> bytes:
    if name not in files.names():
        message = "it is missing"
        raise Unreadable(message)
    with files.open(name) as file:
        found = file.read(_MOST_SMALL + 1)
    if len(found) > _MOST_SMALL:
        message = "it is longer than any that Studio writes"
        raise Unreadable(message)
    return found


def _words(error: BaseException) -> str:
    return f"it cannot be unpacked, since its bytes or the archive's list of it were changed ({error})"
