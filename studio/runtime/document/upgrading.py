"""Brings the steps of a document to the versions that this Studio has of their types.

The rows of published versions stay as they were written: a document is upgraded whenever it is read.
"""

from typing import Any

import structlog

from studio.contract.node import node_type
from studio.runtime.document.model import Document, Step

log = structlog.get_logger()


def upgraded(document: Document) -> Document:
    """The same workflow with every config as the present version of its type reads it.

    A step stays as it is where its type is gone, where this Studio is too old for it, and where its half-written
    config cannot be brought over: the checks name these.
    """
    steps = [_upgraded(step) for step in document.nodes]
    if all(new is old for new, old in zip(steps, document.nodes, strict=True)):
        return document
    return document.model_copy(update={"nodes": steps})


def is_dated(raw: dict[str, Any]) -> bool:
    """Whether a document of our own has a step that an older version of its type wrote."""
    return any(_behind(step["type"], step.get("version", 1)) for step in raw["nodes"])


def _upgraded(step: Step) -> Step:
    found = node_type(step.type)
    if found is None or not _behind(step.type, step.version):
        return step
    try:
        config = found.upgraded(step.config, step.version)
    except Exception:  # an upgrade reads configs that were complete; a draft's may be anything
        log.warning("step_not_upgraded", type=step.type, version=step.version, exc_info=True)
        return step
    return step.model_copy(update={"version": found.version, "config": dict(config)})


def _behind(type_key: str, version: int) -> bool:
    found = node_type(type_key)
    return found is not None and version < found.version
