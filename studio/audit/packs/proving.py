"""Audit events of a pack with their proofs: hash, people's references, and the path to a root that was signed."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import rfc8785

from studio.audit.envelope import hash_of
from studio.audit.findings import people
from studio.audit.packs import layout
from studio.audit.personal import Aside
from studio.audit.sealing import merkle
from studio.audit.sealing.manifest import Segment, Signed
from studio.audit.sealing.offline import Files
from studio.audit.sealing.signing import Trust
from studio.audit.stored import Stored

Add = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Root:
    """A segment's signed root, and how many events stand under it."""

    root: bytes
    first_seq: int
    count: int


def record(one: Stored, segment: int, index: int, path: Sequence[bytes]) -> dict[str, Any]:
    """An event as a line of a pack."""
    return {
        "event": orjson.loads(one.body),
        "hash": one.hash,
        "personal": {
            aside.path: {"salt": aside.salt.hex(), "value": orjson.loads(aside.value)} for aside in one.asides
        },
        "proof": {"segment": segment, "index": index, "path": b64encode(b"".join(path)).decode()},
    }


def check(files: Files, trust: Trust, workspace_id: str, add: Add) -> int:
    """Prove every event of a pack whose files are as they were. Returns how many are proven."""
    roots = _roots(files, trust, workspace_id, add)
    proven = 0
    for name in sorted(name for name in files.names() if name.startswith(layout.EVENTS)):
        with files.open(name) as file:
            for number, line in enumerate(file, 1):
                problem = _problem(line, roots, workspace_id)
                if problem is None:
                    proven += 1
                else:
                    add(f"{name}, record {number}", problem)
    return proven


def _roots(files: Files, trust: Trust, workspace_id: str, add: Add) -> dict[int, Root]:
    found: dict[int, Root] = {}
    if layout.SEGMENTS not in files.names():
        return found
    with files.open(layout.SEGMENTS) as file:
        for number, line in enumerate(file, 1):
            where = f"{layout.SEGMENTS}, record {number}"
            try:
                said = orjson.loads(line)
                document = Signed(str(said["signed"]), str(said["signature"]))
                segment = Segment.of(document.read())
                root = bytes.fromhex(segment.merkle_root)
            except (ValueError, KeyError, TypeError) as error:
                add(where, f"the seal of a segment cannot be read: {error}")
                continue
            refused = trust.problem(document, segment.key_id)
            if refused is not None:
                add(where, f"the seal of segment {segment.number} is not as it was signed: {refused}")
            elif segment.workspace_id != workspace_id:
                add(where, f"the seal of segment {segment.number} is another workspace's")
            else:
                count = segment.last_seq - segment.first_seq + 1
                found[segment.number] = Root(root, segment.first_seq, count)
    return found


def _problem(line: bytes, roots: Mapping[int, Root], workspace_id: str) -> str | None:
    """Why an event is not proven, in words."""
    try:
        said = orjson.loads(line)
        event, proof = said["event"], said["proof"]
        body = rfc8785.dumps(event)
        asides = [_aside(path, kept) for path, kept in said["personal"].items()]
        beside = merkle.split(b64decode(proof["path"], validate=True))
        root = roots.get(proof["segment"])
        if said["hash"] != hash_of(event["prev_hash"], body) or event["workspace_id"] != workspace_id:
            return f"event {event['seq']} does not have the hash that is said of it"
        if root is None:
            return f"event {event['seq']} stands under a seal that is not in the pack"
        if event["seq"] != root.first_seq + proof["index"] or not merkle.includes(
            root.root, merkle.leaf(body), proof["index"], root.count, beside
        ):
            return f"event {event['seq']} is not under the root of segment {proof['segment']}"
        return people(event, asides)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return "it is not written as Studio writes it"


def _aside(path: str, kept: Mapping[str, Any]) -> Aside:
    return Aside(path, "", bytes.fromhex(kept["salt"]), rfc8785.dumps(kept["value"]).decode(), "")
