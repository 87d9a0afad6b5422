"""An experiment with a template's flag, and the people who come to it."""

from studio.flags.experimenting import driving, planning, rows, ticking
from studio.flags.experimenting.planning import Wanted
from studio.flags.experiments import allotment
from studio.flags.service import finding
from studio.flags.studies import exposures, measurements
from studio.flags.studies.exposures import Exposure
from studio.flags.studies.measurements import Measurement
from studio.runtime.leases import NamedLeases
from tests.flags.experimenting.world import balanced

DESIGN = {
    "variants": [{"name": "old", "share": 50}, {"name": "new", "share": 50}], "primary": "orders", "units": 100,
}  # fmt: skip
TENTHS = {"won": 7, "lost": 1, "alike": 4, "uneven": 4}
"""Of the treatment, who orders; 4 of the control."""


def happen(database, unit, key: str, what: str) -> None:
    """Begin it in production, or have 400 people come to it and end it; of an uneven one a part is never seen."""
    with unit() as uow:
        flag, place = finding.flag(uow, key), finding.environment(uow, "production")
        if what == "begun":
            driving.start(uow, planning.create(uow, flag, place, Wanted(DESIGN)))
            return
        row = rows.opened(uow, flag, place)
        design, title = rows.design_of(row), rows.title_of(row)

        def arm(user):
            return allotment.arm_of(design, title, user, boolean=True)

        seen = [
            name for at, name in enumerate(balanced(arm, ("old", "new"), 400, row.id))
            if what != "uneven" or arm(name) == "old" or at % 4 == 1
        ]  # fmt: skip
        exposures.take(uow, place, [Exposure(key, name, uow.now) for name in seen])
        measurements.take(uow, place, [
            Measurement(name, "orders", name, 1, uow.now) for name in seen
            if int(name.rpartition("-")[2]) % 10 < (TENTHS[what] if arm(name) == "new" else 4)
        ])  # fmt: skip
        row.due_at = uow.now
    ticking.Ticking(database, NamedLeases(database, "trial")).drain()
