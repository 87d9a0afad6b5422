"""Experiments of a shop that is lived in: one that runs, one that was decided, one that waits for somebody's yes."""

from collections.abc import Mapping
from typing import Any

from studio.core.unit_of_work import UnitOfWork
from studio.flags.experimenting import deciding, driving, planning, rows
from studio.flags.experimenting.planning import Wanted
from studio.flags.experiments import allotment
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment
from studio.flags.service import creating, finding
from studio.flags.service.describing import About
from studio.flags.studies import exposures, measurements, metrics
from studio.flags.studies.exposures import Exposure
from studio.flags.studies.measurements import Measurement

HALVES: Mapping[str, Any] = {
    "variants": [{"name": "as-it-is", "share": 50}, {"name": "short", "share": 50}], "primary": "orders",
    "units": 300, "guardrails": [{"metric": "errors", "tolerance": 0.01}],
}  # fmt: skip
THIRDS: Mapping[str, Any] = {
    "variants": [{"name": name, "share": 20} for name in ("plain", "friendly", "urgent")], "primary": "revenue",
    "units": 4000,
}  # fmt: skip


def furnish(uow: UnitOfWork) -> None:
    """Two flags with three experiments. The metric of errors is there."""
    metrics.create(uow, key="orders", title="Orders", kind="proportion", worse="down")
    metrics.create(uow, key="revenue", title="Revenue", kind="mean", worse="down")
    production = finding.environment(uow, "production")
    form = creating.create(uow, key="short-form", about=About(description="Half the fields", purpose="experiment"))
    first = _begun(uow, form, production, Wanted(HALVES, hypothesis="Fewer fields, fewer who give up"))
    meet(uow, first, 800, {"as-it-is": 3, "short": 3})
    deciding.decide(uow, first, None, "Nobody minds the fields")
    asked = Wanted(HALVES, hypothesis="With the address found by itself", approvers=["group:Refund team"])
    second = _begun(uow, form, production, asked)
    meet(uow, second, 800, {"as-it-is": 3, "short": 5})
    deciding.decide(uow, second, "short", "Two in three more orders")
    words = creating.create(uow, key="basket-words", kind="string", about=About(purpose="experiment", off_value=""))
    values = {"plain": "To the basket", "friendly": "Yes, please", "urgent": "Only 3 left"}
    meet(uow, _begun(uow, words, production, Wanted(THIRDS, values)), 900, {})


def _begun(uow: UnitOfWork, flag: Flag, place: FlagEnvironment, wanted: Wanted) -> FlagExperiment:
    row = planning.create(uow, flag, place, wanted)
    driving.start(uow, row)
    return row


def meet(uow: UnitOfWork, row: FlagExperiment, count: int, tenths: Mapping[str, int]) -> None:
    """So many people meet the flag; so many tenths of an arm order, and each spends something."""
    flag, place = rows.lock(uow, row)
    design, boolean = rows.design_of(row), rows.is_boolean(row)
    named = [f"{row.id}-{number}" for number in range(count)]
    arms = {name: allotment.arm_of(design, rows.title_of(row), name, boolean=boolean) for name in named}
    exposures.take(uow, place, [Exposure(flag.key, name, uow.now) for name in named])
    done = [Measurement(f"o-{name}", "orders", name, 1, uow.now) for place_of, name in enumerate(named)
            if place_of % 10 < tenths.get(arms[name] or "", 0)]  # fmt: skip
    spent = [Measurement(f"r-{name}", "revenue", name, place_of % 37, uow.now) for place_of, name in enumerate(named)]
    bad = [Measurement(f"e-{name}", "errors", name, 1, uow.now) for name in named[::50]]
    measurements.take(uow, place, [*done, *spent, *bad])
