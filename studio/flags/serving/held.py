"""What one process holds of an environment: its document as bytes, and how the last few differ."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from socket import gethostname
from uuid import UUID

from studio.flags.serving.document import Document
from studio.flags.serving.judging import Judge

REMEMBERED = 16
"""Earlier revisions to which a difference can still be told."""

Marks = Mapping[str, bytes]
"""Name of a flag, or `segment:<number>` → a hash of its part."""


@dataclass(frozen=True)
class Held:
    """One environment at one revision. Never changed; a newer one takes its place."""

    workspace_id: UUID
    environment_id: UUID
    document: Document
    earlier: Mapping[int, Marks] = field(default_factory=dict)
    """Revisions before this, oldest first."""

    @property
    def revision(self) -> int:
        """The environment's."""
        return self.document.revision

    @cached_property
    def etag(self) -> str:
        """Weak, since the same flags leave compressed and plain."""
        return f'W/"{self.environment_id.hex[-12:]}:{self.revision}"'

    @cached_property
    def marks(self) -> Marks:
        """What this revision's parts were, for differences to later ones."""
        parts = {name: _mark(part) for name, part in self.document.features.items()}
        return parts | {f"segment:{number}": _mark(part) for number, part in self.document.segments.items()}

    @cached_property
    def judge(self) -> Judge:
        """Its flags ready to be evaluated: compiled by the first who asks."""
        return Judge.of(self.document, gethostname())

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 2 * len(self.document.body) + len(self.document.zipped or b"")

    def followed_by(self, document: Document) -> "Held":
        """The next one, which remembers this."""
        earlier = dict(list({**self.earlier, self.revision: self.marks}.items())[-REMEMBERED:])
        return Held(self.workspace_id, self.environment_id, document, earlier)


def _mark(part: bytes) -> bytes:
    return hashlib.blake2b(part, digest_size=12).digest()
