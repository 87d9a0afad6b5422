"""Calling nodes: what they get, and what becomes of their errors. Changes nothing of the run."""

import structlog

from studio.contract.node import Context, Effect, NodeType
from studio.contract.results import Done, Expand, Fail, Outcome
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import evaluate
from studio.runtime.engine.machine import failures
from studio.runtime.engine.machine.call import Call
from studio.runtime.engine.machine.carrier import Carrier
from studio.runtime.engine.machine.data import extended
from studio.runtime.ledger.rows import StepRow

log = structlog.get_logger()


def perform(machine: Carrier, call: Call, tx: UnitOfWork | None) -> Outcome:
    """Run a step: LOCAL with its unit of work, all others with none. Raises only where the unit is lost."""
    context = context_of(machine, call.step, tx)
    context.waited_id = call.wait.id if call.wait is not None else None
    try:
        if call.signal is not None:
            outcome = call.type.resume(context, call.config, call.signal)
        else:
            outcome = call.type.start(context, call.config)
    except failures.CONFIG_ERRORS as error:
        return failures.as_failure(error, machine.compiled.graph.nodes[call.step.node_key])
    except Exception as error:  # a defect in one node type must fail its step, in words, not its worker
        if tx is not None and failures.breaks_off(error, careful=machine.careful):
            raise
        log.exception("node_failed", run_id=str(machine.run.id), node=call.step.node_key, type=call.step.type)
        return failures.crash(call.step.node_key)
    if looks_at(machine, call.type) and isinstance(outcome, Done | Expand):
        given = outcome.output if isinstance(outcome, Done) else outcome.items
        return failures.unstorable(machine.redactor.json(given)) or outcome
    return failures.storable(outcome) if isinstance(outcome, Fail) else outcome


def held_up(machine: Carrier, call: Call) -> Outcome | None:
    """Why a call out cannot be made now; None: it can. Raises where the database is lost: nothing was intended."""
    if not call.type.looks_first:
        return None
    try:
        return call.type.held_up(context_of(machine, call.step, None), call.config)
    except Exception as error:
        if failures.breaks_off(error, careful=machine.careful):
            raise
        log.exception("node_failed", run_id=str(machine.run.id), node=call.step.node_key, type=call.step.type)
        return failures.crash(call.step.node_key)


def context_of(machine: Carrier, step: StepRow, tx: UnitOfWork | None) -> Context:
    """What the node of a step gets."""
    scope, node = machine.data.scope(step.path), machine.compiled.graph.nodes[step.node_key]
    return Context(
        run=machine.info, node=step.node_key, node_name=node.name, path=step.path, attempt=step.attempt,
        now=machine.now, scope=scope, ports=machine.ports, event=machine.run.input, effect_key=step.effect_key, tx=tx,
        step_id=step.id, timeout_s=node.timeout_s, missed=step.place in machine.progress.missed,
        evaluate=lambda source, extra: evaluate(source, extended(scope, extra)), redact=machine.redactor.add,
    )  # fmt: skip


def looks_at(machine: Carrier, node_type: NodeType) -> bool:
    """Whether values are tried before they are written; for what is worked out in memory once that has failed."""
    return machine.careful or node_type.effect is not Effect.PURE
