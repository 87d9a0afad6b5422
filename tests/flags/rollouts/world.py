"""One flag in one environment, and its rollout, with the clock moved."""

from datetime import timedelta

from studio.core import clock
from studio.flags.evaluation import hashing
from studio.flags.rollouts import driving, planning, rows, ticking
from studio.flags.rollouts.planning import Wanted
from studio.flags.service import changing, finding
from studio.flags.service.changing import Change
from studio.flags.studies import exposures, measurements, metrics
from studio.flags.studies.exposures import Exposure
from studio.flags.studies.measurements import Measurement
from studio.runtime.leases import NamedLeases
from tests.factories.accounts import make_tenant
from tests.factories.flags import make_flag

NAMED = {"name": "userWithId", "parameters": {"userIds": "anna"}}
PLAN = {
    "steps": [{"share": 10, "dwell": 60}, {"share": 50, "dwell": 60}, {"share": 100}],
    "guardrails": [{"metric": "errors", "tolerance": 0.0, "minimum": 50}],
}


class World:
    """One flag in one environment, and its rollout."""

    def __init__(self, app, place="development", plan=PLAN, **wanted):
        self.database = app.extensions["studio_database"]
        self.tenant = make_tenant(self.database)
        self.place = place
        make_flag(app, self.tenant)
        with self.unit() as uow:
            metrics.create(uow, key="errors", title="Errors", kind="proportion", worse="up")
            flag, where = self.found(uow)
            changing.change(uow, flag, where, Change(True, [NAMED], []))
            self.id = planning.create(uow, flag, where, Wanted(plan, **wanted)).id
        self.sent = 0

    def unit(self):
        return self.database.unit(self.tenant.id, self.tenant["owner"].actor)

    def found(self, uow):
        return finding.flag(uow, "new-checkout"), finding.environment(uow, self.place)

    def do(self, verb):
        with self.unit() as uow:
            driving.act(uow, rows.find(uow, self.id), verb)

    def now(self):
        with self.unit() as uow:
            return uow.now

    def row(self):
        with self.unit() as uow:
            return rows.find(uow, self.id)

    def shares(self):
        """What holds: whether it is on, and the share that the rollout's rule gives; None: there is none."""
        with self.unit() as uow:
            held = changing.current(uow, *self.found(uow))
        ours = [one for one in held.strategies if one.get("title") == f"rollout:{self.id}"]
        return held.enabled, [one.get("parameters", {}).get("rollout", "all") for one in ours]

    def report(self, users, bad=lambda user, treated: False):
        """All of them are seen, and some fail a moment later. Treated are the lowest buckets, as every SDK has it."""
        share = rows.share_of(self.row())
        with self.unit() as uow:
            place, at = self.found(uow)[1], uow.now
            taken = exposures.take(uow, place, [Exposure("new-checkout", user, at) for user in users])
            failed = [
                Measurement(f"{self.sent}-{user}", "errors", user, 1, at) for user in users
                if bad(user, hashing.bucket(f"rollout:{self.id}", user) <= share)
            ]  # fmt: skip
            measurements.take(uow, place, failed)
        self.sent += 1
        return taken

    def pass_time(self, **by):
        clock.shift(timedelta(**by))
        return self.ticking().drain()

    def ticking(self):
        return ticking.Ticking(self.database, NamedLeases(self.database, "test"))

    def history(self):
        with self.unit() as uow:
            return [one.what for one in reversed(rows.events(uow, rows.find(uow, self.id)))]


def people(batch, count=1000):
    return [f"user-{batch}-{number}" for number in range(count)]
