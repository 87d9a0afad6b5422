"""Writing a pack in parts, as it is made: nothing is held but what is being written and the list of files."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from studio.audit.packs import layout
from studio.audit.packs.layout import Entry
from studio.audit.sealing.keys import Signer
from studio.audit.sealing.manifest import Signed, text_of
from studio.audit.sealing.signing import PublicKey

_NO_HASH, _NO_SIGNATURE = "0" * 64, "0" * 128


class Pack:
    """A ZIP archive that is being written. What is ready is handed over by `taken`."""

    def __init__(self, about: Mapping[str, Any]) -> None:
        """`about` names the pack: workspace_id, pack_id, made_at and what it is of."""
        self.about = dict(about)
        self._out = _Out()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED)
        self._entries: list[Entry] = []

    def add(self, path: str, data: bytes, lines: Sequence[bytes] = ()) -> None:
        """A whole file. `lines`: what it is made of, where that is to be named one by one."""
        self._entries.append(self._write(path, data, lines))

    def add_lines(self, path: str, records: Sequence[Mapping[str, Any]]) -> None:
        """A file of one record a line."""
        lines = layout.lines_of(records)
        self.add(path, b"".join(lines), lines)

    def close(self, keys: Iterable[PublicKey], signer: Signer) -> None:
        """The keys, the manifest and what signs them, the list of files, and what signs all of it."""
        self.add(layout.KEYS, json.dumps([key.line() for key in keys], indent=1).encode())
        manifest = layout.manifest_text(self.about, self._entries)
        seal = signer.sign(text_of(layout.seal_said(self.about, manifest, signer.key_id)))
        unlisted = (
            self._write(layout.MANIFEST, manifest.encode()),
            self._write(layout.SEAL_FILE, layout.signed_bytes(seal)),
        )
        self._zip.comment = layout.signed_bytes(self._closing(_NO_HASH, signer.key_id, unlisted))
        room = len(self._zip.comment)
        self._zip.close()
        said = self._closing(self._out.hash_without(room), signer.key_id, unlisted)
        self._out.replace_end(layout.signed_bytes(signer.sign(said.text)))

    def abandon(self) -> None:
        """It will not be finished."""
        self._zip.close()

    def taken(self) -> bytes:
        """What was written since the last time."""
        return self._out.taken()

    @property
    def files(self) -> int:
        """How many there are so far."""
        return len(self._entries)

    def _closing(self, archive_sha256: str, key_id: str, unlisted: Sequence[Entry]) -> Signed:
        return Signed(text_of(layout.closing_said(self.about, archive_sha256, key_id, unlisted)), _NO_SIGNATURE)

    def _write(self, path: str, data: bytes, lines: Sequence[bytes] = ()) -> Entry:
        self._out.note()
        self._zip.writestr(layout.info(path), data)
        offset, length, packed = self._out.noted()
        hashes = "".join(layout.line_hash(line) for line in lines)
        return Entry(path, len(data), hashlib.sha256(data).hexdigest(), offset, length, packed, hashes)


class _Out(io.RawIOBase):
    """Where the ZIP archive is written to: kept until it is taken, and hashed."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._whole, self._size = hashlib.sha256(), 0
        self._noted, self._since = hashlib.sha256(), 0
        self._held = b""
        """The last write, which is not hashed yet: the comment may be its end."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._settle()
        self._held = bytes(data)
        return len(data)

    def note(self) -> None:
        """The next file begins."""
        self._settle()
        self._noted, self._since = hashlib.sha256(), self._size

    def noted(self) -> tuple[int, int, str]:
        """Where the file that was noted begins, how long it is, and its hash."""
        self._settle()
        return self._since, self._size - self._since, self._noted.hexdigest()

    def hash_without(self, room: int) -> str:
        """Over all but the last bytes."""
        self._held, end = self._held[:-room], self._held[-room:]
        self._settle()
        self._held = end
        return self._whole.hexdigest()

    def replace_end(self, data: bytes) -> None:
        """Put other bytes, as many, where those last ones are."""
        assert len(data) == len(self._held)  # noqa: S101 - a signature is as long as its place
        self._held = data

    def taken(self) -> bytes:
        self._settle()
        joined = b"".join(self._parts)
        self._parts.clear()
        return joined

    def _settle(self) -> None:
        if self._held:
            self._whole.update(self._held)
            self._noted.update(self._held)
            self._size += len(self._held)
            self._parts.append(self._held)
            self._held = b""
