"""One event after the other: tried, compared with what became of it before, counted. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from studio.builder.backtest import facts
from studio.builder.backtest.comparing import NOTHING, Compared, Outcome, compare
from studio.builder.backtest.outcomes import Kind, Wanted, What
from studio.builder.backtest.tally import Tally, count
from studio.builder.backtest.walking import Happened, Subject, Tried, tried
from studio.contract import node
from studio.contract.ports import Ports
from studio.runtime.insights.fingerprint import fingerprint, normalised
from studio.runtime.ledger.rows import StepRow
from studio.runtime.outcomes import RunState

_OVER = (RunState.SUCCEEDED, RunState.FAILED)


@dataclass(frozen=True, slots=True)
class Found:
    """What is kept of one event."""

    event: Happened
    after: Tried
    compared: Compared
    error_print: str | None
    assumed: bool

    def as_row(self, backtest_id: UUID, workspace_id: UUID) -> dict[str, Any]:
        """Ids and ports alone."""
        parting = self.compared.parting
        return {
            "backtest_id": backtest_id, "event_id": self.event.id, "workspace_id": workspace_id,
            "run_id": self.event.run_id, "kind": self.compared.kind.value, "state": self.after.outcome.state,
            "error_print": self.error_print, "node": parting.node if parting else None,
            "what": parting.what.value if parting else None, "was": parting.was if parting else None,
            "becomes": parting.becomes if parting else None, "assumed": self.assumed,
            "received_at": self.event.received_at,
        }  # fmt: skip


class Measuring:
    """A draft beside the published version, if there is one."""

    def __init__(self, draft: Subject, published: Subject | None, wanted: Wanted, ports: Ports) -> None:
        self._draft, self._published, self._wanted, self._ports = draft, published, wanted, ports
        nodes = draft.compiled.graph.nodes
        before = published.compiled.graph.nodes if published is not None else {}
        self._common = frozenset(key for key, one in nodes.items() if key in before and before[key].type == one.type)
        self._order = (*draft.compiled.graph.order, *(key for key in before if key not in nodes))

    def over(self, events: Iterable[Happened]) -> tuple[Tally, Sequence[Found]]:
        """What some events come to."""
        tally, found = Tally(), list[Found]()
        for event in events:
            tally.events += 1
            if event.data is None:
                tally.gone += 1
                continue
            found.append(self.one(event, tally))
        return tally, found

    def one(self, event: Happened, tally: Tally) -> Found:
        """What one of them comes to."""
        after = tried(self._draft, event, self._wanted, self._ports)
        compared = self._beside(event, after, tally)
        self._count(after, tally)
        print_ = None
        if after.error is not None and after.outcome.state == RunState.FAILED:
            print_ = fingerprint(after.error) or ""
            code, where = (str(after.error.get(name) or "") for name in ("code", "node"))
            words = normalised(str(after.error.get("message") or ""))
            tally.error(print_, {"code": code, "node": where, "words": words, "event": str(event.id)})
        assumed = self._assumed(event, after, compared)
        return Found(event, after, compared, print_, assumed)

    def _beside(self, event: Happened, after: Tried, tally: Tally) -> Compared:
        """With what the published version did, where it ran; else with what it would have done."""
        if self._published is None:
            kind = Kind.NEWLY if after.outcome.matched else Kind.SAME
            count_kind(tally, kind)
            return Compared(kind)
        before = self._before(event, tally)
        compared = compare(before, after.outcome, self._common, self._order)
        count_kind(tally, compared.kind)
        tally.then_matched += before.matched
        tally.then_acted += bool(before.sent)
        tally.then_failed += before.state == RunState.FAILED
        types = self._published.compiled.types
        tally.then_asked += any(types[key].kind is node.Kind.APPROVAL for key, _path in before.sent)
        return compared

    def _before(self, event: Happened, tally: Tally) -> Outcome:
        published = self._published
        if published is None:
            return NOTHING
        really = event.run_version == published.compiled.version_id and event.run_state in _OVER
        if really and event.steps:
            tally.recorded += 1
            return published.outcome_of(event.steps, str(event.run_state), event.run_error)
        tally.worked_out += 1
        return tried(published, event, self._wanted, self._ports).outcome

    def _assumed(self, event: Happened, after: Tried, compared: Compared) -> bool:
        """Whether the two part where an outcome was assumed that is not what the live run heard."""
        parting = compared.parting
        if parting is None or parting.what is not What.PORT:
            return False
        return any(place[0] == parting.node and how != "recorded" for place, how in after.how.items())

    def _count(self, after: Tried, tally: Tally) -> None:
        outcome = after.outcome
        tally.matched += outcome.matched
        tally.acted += bool(outcome.sent)
        tally.failed += outcome.state == RunState.FAILED
        tally.waits += after.waits
        people: set[str] = set()
        for step in after.steps:
            if step.finished_at is not None:
                count(tally.ports.setdefault(step.node_key, {}), step.port or "")
            if step.place in outcome.sent:
                people.update(self._sent(step, tally))
            if (how := after.how.get(step.place)) is not None:
                count(tally.assumed.setdefault(step.node_key, {}), how)
        tally.asked += bool(people)
        for ref in people:
            count(tally.people, ref)

    def _sent(self, step: StepRow, tally: Tally) -> Sequence[str]:
        """Count what one step asks or calls; whom it asks."""
        key, compiled = step.node_key, self._draft.compiled
        node_type, raw = compiled.types[key], compiled.graph.nodes[key].config
        resolved = step.input if isinstance(step.input, dict) else {}
        refs = facts.asked(node_type.kind, raw, resolved)
        for ref in refs:
            count(tally.asks.setdefault(key, {}), ref)
        if not refs:
            count(tally.calls, key)
        named = facts.amount(node_type.facts_of(resolved), resolved, str(compiled.workspace.get("currency", "EUR")))
        if named is not None:
            tally.amount(key, *named)
        return refs


def count_kind(tally: Tally, kind: Kind) -> None:
    """One more of a kind; its counter is called as it is."""
    setattr(tally, kind.value, getattr(tally, kind.value) + 1)
