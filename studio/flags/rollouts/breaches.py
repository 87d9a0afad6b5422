"""A broken guardrail starts the workflows that listen for it, in the transaction that acts on it."""

from collections.abc import Mapping
from typing import Any

from studio.core.unit_of_work import UnitOfWork
from studio.flags import emitting
from studio.flags.models import Flag, FlagEnvironment, FlagRollout
from studio.flags.ramps.evidence import Code
from studio.flags.ramps.policy import Kind, Move
from studio.flags.rollouts import rows, told, words

BREACHED = "flag.guardrail_breached"
"""The node type that listens."""


def tell(uow: UnitOfWork, row: FlagRollout, flag: Flag, place: FlagEnvironment, move: Move) -> None:
    """Once for each move that a guardrail is the reason of; not at each look while it stands."""
    if move.kind not in (Kind.HOLD, Kind.ROLL_BACK):
        return
    share = rows.share_of(row)
    for one in (found for found in move.findings if found.code is Code.GUARDRAIL):
        data: dict[str, Any] = {
            "event": BREACHED, "flag": flag.key, "environment": place.name, "rollout_id": str(row.id),
            "step": row.step + 1, "share": share, "did": move.kind.value,
            "said": words.reason(one.key), **told.findings([one])[0],
        }  # fmt: skip

        def listens(config: Mapping[str, Any], data: Mapping[str, Any] = data) -> bool:
            return emitting.means(config, data) and (config.get("metric") or data["metric"]) == data["metric"]

        emitting.emit(uow, emitting.Happened(BREACHED, listens, BREACHED, data, row.run_id, {"flag": flag.key}))
