"""Runs that count as alike: the key by which nodes tell them apart, and where those of one node meet."""

import hashlib
from typing import Any

from studio.contract.node import Context, help_


def key_field(text: str) -> Any:
    """The field `key` of a node's config; empty, unless told otherwise: all of its runs are alike."""
    return help_(text, title="Key", template=True, default="", example="{{ trigger.order.id }}", max_length=2_000)


def place_of(ctx: Context, what: str) -> str:
    """Where the runs that pass one node of one workflow meet."""
    return f"{what}:{ctx.run.workflow_id.hex}:{ctx.node}"


def hashed(key: str) -> str:
    """A key as rows hold it: of one length, whatever a run has brought."""
    return hashlib.sha256(key.encode()).hexdigest()
