"""One flag in one environment, an experiment with it, and people who meet it."""

from datetime import timedelta

from studio.core import clock
from studio.flags.experimenting import deciding, driving, rows, ticking, weighing
from studio.flags.experiments import allotment
from studio.flags.service import changing, finding
from studio.flags.studies import exposures, measurements
from studio.flags.studies.exposures import Exposure
from studio.flags.studies.measurements import Measurement
from studio.runtime.leases import NamedLeases
from tests.factories.accounts import make_tenant
from tests.factories.flags import HALVES, make_experiment, make_flag

GUARDED = {**HALVES, "guardrails": [{"metric": "errors", "tolerance": 0.0, "minimum": 50}]}


class World:
    """An experiment through the service, with the clock moved."""

    def __init__(self, app, place="development", kind="boolean", tenant=None, **wanted):
        self.database = app.extensions["studio_database"]
        self.tenant = tenant or make_tenant(self.database)
        self.place = place
        make_flag(app, self.tenant, kind=kind)
        self.id = make_experiment(app, self.tenant, place=place, **wanted)
        self.sent, self.drawn = 0, None

    def unit(self, person="owner"):
        return self.database.unit(self.tenant.id, self.tenant[person].actor)

    def found(self, uow):
        return finding.flag(uow, "new-checkout"), finding.environment(uow, self.place)

    def row(self):
        with self.unit() as uow:
            return rows.find(uow, self.id)

    def do(self, verb, *given, **named):
        """A function of driving or deciding on it."""
        with self.unit() as uow:
            return verb(uow, rows.find(uow, self.id), *given, **named)

    def start(self):
        self.do(driving.start)
        return self

    def decide(self, ship, **named):
        return self.do(deciding.decide, ship, **named)

    def held(self):
        with self.unit() as uow:
            return changing.current(uow, *self.found(uow))

    def read(self):
        with self.unit() as uow:
            return weighing.read(uow, rows.find(uow, self.id))

    def arm(self, user):
        if self.drawn is None or self.drawn[0] != self.id:
            row = self.row()
            self.drawn = (self.id, rows.design_of(row), rows.title_of(row), rows.is_boolean(row))
        _id, design, title, boolean = self.drawn
        return allotment.arm_of(design, title, user, boolean=boolean)

    def people(self, count=600, batch=0):
        """So many, the arms in turn: sizes and outcomes are the same in each run, though ids are drawn anew."""
        return balanced(self.arm, ("old", "new"), count, batch)

    def seen(self, users, *, did=lambda user, arm: False, bad=lambda user, arm: False, variant=None, worth=None):
        """All of them are seen; some order, some meet an error; each is worth something."""
        arms = {user: self.arm(user) for user in users}
        with self.unit() as uow:
            place, at = self.found(uow)[1], uow.now
            told = [Exposure("new-checkout", user, at, variant(user, arms[user]) if variant else None)
                    for user in users]  # fmt: skip
            taken = exposures.take(uow, place, told)
            made = [Measurement(f"o-{self.sent}-{user}", "orders", user, 1, at) for user in users
                    if did(user, arms[user])]  # fmt: skip
            made += [Measurement(f"e-{self.sent}-{user}", "errors", user, 1, at) for user in users
                     if bad(user, arms[user])]  # fmt: skip
            if worth:
                made += [Measurement(f"r-{self.sent}-{user}", "revenue", user, worth(user, arms[user]), at)
                         for user in users]  # fmt: skip
            measurements.take(uow, place, made)
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


def people(count=600, batch=0):
    """Whoever comes."""
    return [f"user-{batch}-{number}" for number in range(count)]


def balanced(arm, names, count, batch=0):
    """Names of people, so that each arm has as many; the last part is the place in the arm."""
    found, salt = [], 0
    for place in range(count):
        at, wanted = divmod(place, len(names))
        while arm(f"user-{batch}-{salt}-{at}") != names[wanted]:
            salt += 1
        found.append(f"user-{batch}-{salt}-{at}")
        salt += 1
    return found


def better(user, arm):
    """New: 60 per cent order; old: 30."""
    return int(user.rpartition("-")[2]) % 10 < (6 if arm == "new" else 3)


def alike(user, _arm):
    """30 per cent order, whoever they are."""
    return int(user.rpartition("-")[2]) % 10 < 3
