"""From recorded steps and a compiled version to the facts of a plan. Pure: whoever calls it has read them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import orjson

from studio.contract.graph import Node
from studio.contract.node import Effect, Kind, node_type
from studio.core.redact import MASK
from studio.runtime.compiled import Compiled
from studio.runtime.decide import Place
from studio.runtime.outcomes import RunState, StepState
from studio.runtime.rerun.facts import Facts, Items, Past, StepFacts

ASKS = frozenset({Kind.APPROVAL, Kind.GUARD})
"""Steps of these kinds ask people."""


class RunLike(Protocol):
    """A run as the engine or the database has it."""

    @property
    def id(self) -> UUID: ...
    @property
    def state(self) -> str: ...
    @property
    def epoch(self) -> int: ...
    @property
    def trigger_node(self) -> str: ...
    @property
    def finished_at(self) -> datetime | None: ...


class StepLike(Protocol):
    """A recorded attempt, without what it got and gave."""

    @property
    def id(self) -> UUID: ...
    @property
    def node_key(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def port(self) -> str | None: ...
    @property
    def type(self) -> str: ...
    @property
    def effect_key(self) -> str | None: ...
    @property
    def fingerprint(self) -> str | None: ...
    @property
    def intent_epoch(self) -> int | None: ...
    @property
    def wait_id(self) -> UUID | None: ...
    @property
    def reused_from(self) -> UUID | None: ...


class NodeLike(Protocol):
    """A step of a version, compiled or as its document has it."""

    @property
    def type(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def config(self) -> Mapping[str, Any]: ...


Payload = tuple[Any, Any]
"""What a step got and gave."""


def needs_payload(step: StepLike) -> bool:
    """Whether what a step got and gave says something that a plan has to know."""
    found = node_type(step.type)
    if found is None:
        return False
    return found.is_loop or (found.effect is Effect.OUTSIDE and step.port is None and step.intent_epoch is not None)


def facts_of(
    run: RunLike, compiled: Compiled, before: Mapping[str, NodeLike] | None, steps: Iterable[StepLike],
    payloads: Mapping[UUID, Payload], retries: Collection[UUID],
) -> Facts:  # fmt: skip
    """`before`: the steps of the version that the old run followed; None: the same.

    `steps` come in the order in which they began. `payloads` has those that need_payload() names; `retries` the waits
    that are pauses before another attempt.
    """
    past, count = dict[Place, Past](), 0
    for step in steps:
        past[step.node_key, step.path] = _past(run, step, payloads.get(step.id), retries)
        count += 1
    return Facts(
        run.id, compiled.version_id, run.trigger_node, compiled.graph,
        {key: _step(compiled, node, before) for key, node in compiled.graph.nodes.items()},
        past, f"{run.state}:{run.epoch}:{run.finished_at and run.finished_at.isoformat()}:{count}",
    )  # fmt: skip


def _step(compiled: Compiled, node: Node, before: Mapping[str, NodeLike] | None) -> StepFacts:
    found = compiled.types[node.key]
    former = before.get(node.key) if before is not None else node
    changed = former is None or (former.type, former.version, former.config) != (node.type, node.version, node.config)
    return StepFacts(
        node.type, found.effect, found.ports_of(node.config), found.kind in ASKS, found.protects_of(node.config),
        found.is_loop, changed,
    )  # fmt: skip


def _past(run: RunLike, step: StepLike, payload: Payload | None, retries: Collection[UUID]) -> Past:
    found = node_type(step.type)
    effect = found.effect if found is not None else Effect.OUTSIDE if step.effect_key else Effect.PURE
    return Past(
        step.id, step.node_key, step.path, StepState(step.state), step.port, step.type, effect,
        done=effect is not Effect.PURE and _is_done(step, effect, retries),
        doubtful=effect is Effect.OUTSIDE and step.port is None and _is_doubtful(run, step, payload),
        key=step.effect_key,
        fingerprint=step.fingerprint,
        items=_items(step, payload) if found is not None and found.is_loop and payload is not None else None,
    )  # fmt: skip


def _is_done(step: StepLike, effect: Effect, retries: Collection[UUID]) -> bool:
    """It has happened; a result that somebody gave by hand (`reused_from` is the step itself) is no effect."""
    if step.state == StepState.SUCCEEDED:
        return step.effect_key is not None or step.reused_from not in (None, step.id)
    return effect is Effect.LOCAL and step.wait_id is not None and step.wait_id not in retries


def _is_doubtful(run: RunLike, step: StepLike, payload: Payload | None) -> bool:
    if step.state == StepState.NEEDS_REVIEW:
        return True
    if step.state not in (StepState.RUNNING, StepState.CANCELLED) or step.intent_epoch is None:
        return False
    last = run.epoch - (run.state == RunState.CANCELLED)  # ending a run from outside makes its epoch one larger
    if step.intent_epoch > last:
        return False  # nobody had taken it up to call
    found = node_type(step.type)
    return found is None or not found.is_keyed((payload[0] if payload else None) or {})


def _items(step: StepLike, payload: Payload) -> Items | None:
    """The list of a loop: while it goes on its row has it, once it is through only its set-up does."""
    _given, output = payload
    if step.state in (StepState.RUNNING, StepState.CANCELLED):
        if not isinstance(output, dict) or "items" not in output:
            return None
        return Items(len(output["items"]), output["concurrency"], output["on_item_error"] == "continue")
    items = reopened(step, payload)
    if items is None:
        return None
    return Items(len(items["items"]), items["concurrency"], items["on_item_error"] == "continue")


def reopened(step: StepLike, payload: Payload) -> dict[str, Any] | None:
    """The row's value of a loop that is opened again; None where its list is no longer known as it was."""
    given, output = payload
    if step.state != StepState.SUCCEEDED or not isinstance(given, dict) or not isinstance(output, dict):
        return None
    items = given.get("items")
    if not isinstance(items, list) or len(items) != output.get("count") or MASK.encode() in orjson.dumps(items):
        return None
    return {
        "items": items, "concurrency": given.get("concurrency", 1), "on_item_error": given.get("on_item_error", "stop")
    }  # fmt: skip
