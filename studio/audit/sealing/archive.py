"""A workspace's trail as one file that verifies by itself: events, manifests, public keys, a signed statement.

A ZIP archive of JSON lines. `events/000001.jsonl` and so on hold the events as `studio audit export` writes them,
`manifests.jsonl` the seals, `keys.json` the public keys, `statement.json` how much there has to be.
"""

import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import select

from studio.audit.envelope import GENESIS, stamp
from studio.audit.export import json_line
from studio.audit.listing import Filter, Units, stream
from studio.audit.models import AuditSegment
from studio.audit.sealing import keys, manifest
from studio.audit.sealing.closing import signed
from studio.audit.stored import Stored
from studio.core.crypto import Keyring

EVENTS, MANIFESTS, KEYS, STATEMENT, README = (
    *("events/", "manifests.jsonl", "keys.json", "statement.json", "README.txt"),
)
IN_A_FILE = 10_000
"""Events."""
_SEGMENTS = 200
"""Seals read at once."""
_TEXT = """Audit events of Studio, sealed.

Check them with any copy of Studio, without its database:

    studio audit verify --files THIS-FILE.zip --public-key studio-keys.json

studio-keys.json comes from `studio audit public-key`, kept since before anybody could have changed this file. Without
it the keys in this file are believed; compare their fingerprints then with what was written down.

Each line of events/ is the canonical record (RFC 8785) with its hash, SHA-256(hash before || record), and under
"personal" what it says of people, behind salted references. manifests.jsonl: a signed text a line (Ed25519), with the
Merkle root (RFC 6962) of its segment, and the hashes under it in base64.
"""


def archive(units: Units, keyring: Keyring, *, personal: bool = True) -> Iterator[bytes]:
    """The ZIP file in parts, as it is made. `units` must be able to write: the first archive makes the signing key.

    Without `personal` the values that tell of people are left out: such a file need not be looked for when somebody is
    to be forgotten.
    """
    with units() as uow:
        signer = keys.signer(uow, keyring)
    out = _Out()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(README, _TEXT)
        yield out.taken()
        last = _Last()
        events = stream(units, Filter())
        number = 0
        while part := list(islice(events, IN_A_FILE)):
            number += 1
            file.writestr(f"{EVENTS}{number:06}.jsonl", last.lines(part, personal=personal))
            yield out.taken()
        count, manifest_hash = _manifests(units, file, last.seq)
        yield out.taken()
        with units() as uow:
            file.writestr(KEYS, json.dumps([key.line() for key in keys.public_keys(uow)], indent=1))
            said = {
                "schema": manifest.ARCHIVE,
                "workspace_id": str(uow.workspace),
                "made_at": stamp(uow.now),
                "last_seq": last.seq,
                "last_hash": last.hash,
                "segments": count,
                "last_manifest": manifest_hash,
                "personal": personal,
                "key_id": signer.key_id,
            }
        file.writestr(STATEMENT, json.dumps(signer.sign(manifest.text_of(said)).line()))
    yield out.taken()


class _Last:
    """The last event that was written."""

    def __init__(self) -> None:
        self.seq, self.hash = 0, GENESIS

    def lines(self, part: list[Stored], *, personal: bool) -> str:
        self.seq, self.hash = orjson.loads(part[-1].body)["seq"], part[-1].hash
        kept = part if personal else [Stored(one.body, one.hash) for one in part]
        return "".join(json_line(one) for one in kept)


def _manifests(units: Units, file: zipfile.ZipFile, last_seq: int) -> tuple[int, str]:
    """Seals of the events that are in the file, for others may be closed meanwhile. How many, and the last's hash."""
    count, hash_ = 0, manifest.GENESIS
    with file.open(MANIFESTS, "w", force_zip64=True) as lines:
        while True:
            query = select(AuditSegment).where(AuditSegment.number > count, AuditSegment.last_seq <= last_seq)
            with units() as uow:
                rows = uow.session.scalars(query.order_by(AuditSegment.number).limit(_SEGMENTS)).all()
            if not rows:
                return count, hash_
            for row in rows:
                line: dict[str, Any] = {**signed(row).line(), "leaves": b64encode(row.leaves).decode()}
                lines.write(orjson.dumps(line) + b"\n")
            count, hash_ = rows[-1].number, signed(rows[-1]).hash


class _Out(io.RawIOBase):
    """Where the ZIP file is written to: kept until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        joined = b"".join(self._parts)
        self._parts.clear()
        return joined
