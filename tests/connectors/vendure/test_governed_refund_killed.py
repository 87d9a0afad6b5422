"""The governed refund, killed with -9 behind each of its steps: it finishes every time, and the shop pays back once.

Real processes on PostgreSQL with Redis, and for half of the deaths on SQLite; a real shop and a syslog server. The
process dies at a named point of the engine, some passes after somebody did what moves the run; the run's steps at that
moment say behind which of them it died. Its supervisor starts the next one, as in production.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from benchmarks.stack import Stack, stack
from studio.app import create_app
from studio.approvals import service as approvals
from studio.approvals.models import Assignment, Request
from studio.approvals.outcomes import LIVE, Outcome
from studio.audit.verifying import verify
from studio.builder.service import drafts, whole
from studio.core.faults import CHARGE
from studio.core.models import LocalMail
from studio.core.unit_of_work import Database, UnitOfWork
from studio.export.service import configs
from studio.export.service.configs import Door
from studio.flags.service import changing, finding, segments
from studio.gallery import service as gallery
from studio.guard.models import GuardPass
from studio.guard.service import passing
from studio.guard.service.passing import ACTION
from studio.runtime.models import Run, Step
from tests.connectors.vendure.test_governed_refund import PIPELINE
from tests.counterparts.vendure.shop import Placed, Shop
from tests.factories.accounts import MadeTenant, make_tenant
from tests.factories.connections import make_account
from tests.factories.proofs import in_a_session, prove
from tests.faults.drill import RESPAWN_S, age_s, children, eventually
from tests.fixtures.app import close_app
from tests.servers.certificates import Authority
from tests.servers.missing import start_or_skip
from tests.servers.rsyslog import Rsyslog, rsyslog

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(500)]


@dataclass(frozen=True)
class Death:
    """Where a process dies: at a point, so many passes after somebody did something."""

    at: tuple[str, str] | None
    """The run's newest step by then, and its state; None: no step is written yet."""
    point: str
    since: str
    passes: int = 0
    embedded: bool = False
    """Whether it dies so on SQLite as well: where the store's own way of writing decides what the next one finds."""


DEATHS = [
    Death(None, "claim.after_commit", "cancel", embedded=True),
    Death(("ask", "waiting"), "claim.after_commit", "agree"),
    Death(("ask", "waiting"), "local.after_commit", "cancel", embedded=True),
    Death(("prove", "running"), "local.after_commit", "agree"),
    Death(("prove", "waiting"), "local.after_commit", "agree", 1, embedded=True),
    Death(("export", "running"), "local.after_commit", "prove", 1),
    Death(("export", "waiting"), "local.after_commit", "prove", 2),
    Death(("refund", "running"), "effect.after_call", "prove", embedded=True),
    Death(("refund", "succeeded"), "effect.after_commit", "prove", embedded=True),
    Death(("told", "running"), "effect.after_call", "prove", 1),
]
THROUGH = ("cancelled", "large", "ask", "largest", "prove", "refund", "goodwill", "export", "told")
STEPS = dict.fromkeys(THROUGH, "succeeded")
MAILED = {"ask": "/a/", "prove": "/prove/"}
"""By step: what is in the address of its mail."""
WEBHOOKS = "{ webhooks { url } }"


@dataclass
class World:
    """A merchant with the workflow, whose processes start and die."""

    running: Stack
    app: Flask
    tenant: MadeTenant
    shop: Shop
    syslog: Rsyslog
    workflow_id: UUID

    @property
    def database(self) -> Database:
        return self.app.extensions["studio_database"]

    @property
    def charge(self) -> Path:
        return self.running.settings.data_dir / "charge"

    def begin(self) -> None:
        """Start processes of which one dies where a charge says so, once it is laid."""
        self.running.environ |= {"FAULT": CHARGE, "FAULT_ONCE": str(self.charge)}
        if self.running.postgres is None:
            self.running.start("studio", "run")
        else:
            self.running.start("web", "web", "--workers", "1")
            self.running.start("worker", "worker", "--processes", "1")
        self.running.wait_ready()
        eventually(self._listens, self.log)

    def lay(self, death: Death) -> None:
        """Whoever passes there next dies. Written as a whole: it is looked for all the time."""
        eventually(self._may_die, self.log)
        written = self.charge.with_suffix(".new")
        written.write_text(f"{death.point} {death.passes}")
        written.replace(self.charge)

    def _may_die(self) -> bool:
        """Whether its supervisor will start another one."""
        embedded = self.running.processes.get("studio")
        return embedded is None or all(age_s(pid) > RESPAWN_S for pid in children(embedded.pid))

    def _listens(self) -> bool:
        """Whether the shop will tell of what happens."""
        return any(one["url"].startswith(self.running.settings.public_url) for one in self.shop.admin(WEBHOOKS))

    def kill(self) -> None:
        """All of them at once."""
        self.running.kill()
        self.running.processes.clear()

    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in self.running.logs.values())

    # -- what people do -----------------------------------------------------------------------------------------

    def act(self, what: str, order: Placed, death: Death) -> None:
        """Cancel, agree or prove; where that is what a death follows, wait until it has happened, and see where."""
        if death.since != what:
            getattr(self, what)(order)
            return
        self.lay(death)
        getattr(self, what)(order)
        eventually(lambda: not self.charge.exists(), lambda: f"never reached: {death}\n{self.log()}")
        died_at = next(reversed(self.steps(order).items()), None)
        assert died_at == death.at, death
        self.running.wait_ready()

    def cancel(self, order: Placed) -> None:
        self.shop.cancel_order(order.id)

    def agree(self, order: Placed) -> None:
        with self.database.unit(self.tenant.id, read_only=True) as uow:
            run = self._run(uow, order)
            request = uow.session.scalars(select(Request).where(Request.run_id == run.id)).one()
            live = select(Assignment.user_id).where(Assignment.request_id == request.id, Assignment.state.in_(LIVE))
            asked = uow.session.scalars(live).first()
            request_id, shown = request.id, request.payload_hash
        person = next(one for one in self.tenant.people.values() if one.user_id == asked)
        with self.database.unit(self.tenant.id, person.actor) as uow:
            approvals.decide(uow, request_id, Outcome.APPROVED, shown=shown, reason="")

    def prove(self, order: Placed) -> None:
        with self.database.unit(self.tenant.id, read_only=True) as uow:
            run = self._run(uow, order)
            row = uow.session.scalars(select(GuardPass).where(GuardPass.run_id == run.id)).one()
            pass_id, shown = row.id, passing.shown(row)
        person = next(one for one in self.tenant.people.values() if one.user_id == row.user_id)
        actor = prove(self.database, in_a_session(self.database, self.tenant, person), ACTION, shown)
        with self.database.unit(self.tenant.id, actor) as uow:
            passing.prove(uow, passing.find(uow, pass_id))

    # -- facts --------------------------------------------------------------------------------------------------

    @staticmethod
    def _run(uow: UnitOfWork, order: Placed) -> Run | None:
        return uow.session.scalars(select(Run).where(Run.title.endswith(order.code))).one_or_none()

    def steps(self, order: Placed) -> dict[str, str]:
        """State by key, in order."""
        with self.database.unit(self.tenant.id, read_only=True) as uow:
            run = self._run(uow, order)
            if run is None:
                return {}
            rows = uow.session.scalars(select(Step).where(Step.run_id == run.id).order_by(Step.id)).all()
            return {row.node_key: row.state for row in rows}

    def waits_at(self, order: Placed, step: str) -> None:
        """Until it does, and whoever is asked has the mail: by then its worker has left the point behind its commit."""
        eventually(
            lambda: self.steps(order).get(step) == "waiting" and self._mailed(order, MAILED[step]),
            lambda: f"{self.steps(order)}\n{self.log()}",
        )

    def _mailed(self, order: Placed, link: str) -> bool:
        with self.database.unit(self.tenant.id, read_only=True) as uow:
            about = select(LocalMail.text).where(LocalMail.subject.contains(order.code))
            return any(link in words for words in uow.session.scalars(about))

    def finished(self, order: Placed) -> None:
        def through() -> bool:
            with self.database.unit(self.tenant.id, read_only=True) as uow:
                run = self._run(uow, order)
                return run is not None and run.state not in ("queued", "running", "waiting")

        eventually(through, lambda: f"{self.steps(order)}\n{self.log()}")


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def world(request: pytest.FixtureRequest, shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("syslog")
    authority = Authority(folder)
    with ExitStack() as opened:
        syslog = start_or_skip(rsyslog(folder, authority), opened)
        allowed = f"{shop.url.removeprefix('http://')},127.0.0.1:{syslog.port}"
        opening = stack(request.param, STUDIO_ALLOWED_HOSTS=allowed, STUDIO_LEASE_SECONDS="2")
        running = start_or_skip(opening, opened)
        app = create_app(running.settings)
        opened.callback(close_app, app)
        app.extensions["studio_engine"].stop()
        tenant = make_tenant(app.extensions["studio_database"])
        make_account(app, tenant, "vendure", shop.url, shop.api_key())
        pipeline = PIPELINE.format(port=syslog.port, authority=json.dumps(authority.text))
        with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as uow:
            configs.save(uow, Door(("127.0.0.1",)), pipeline)
            workflow = gallery.use(uow, "governed-refund", {"destination": "syslog"})
            draft = drafts.current(uow, workflow)
            whole.publish(uow, app.extensions["studio_keyring"], workflow, draft.revision, "")
        made = World(running, app, tenant, shop, syslog, workflow.id)
        yield made
        made.kill()
        shop.silence()


def test_it_finishes_with_one_refund_behind_whichever_step_it_was_killed(world: World, shop: Shop) -> None:
    deaths = [death for death in DEATHS if world.running.postgres is not None or death.embedded]
    orders = [shop.place_order("MACHINE", 2) for _death in deaths]
    world.begin()
    for death, order in zip(deaths, orders, strict=True):
        for act, waits in (("cancel", "ask"), ("agree", "prove"), ("prove", "")):
            world.act(act, order, death)
            if waits:
                world.waits_at(order, waits)
        world.finished(order)
        assert world.steps(order) == STEPS, death
        assert shop.refunds(order.id) == [order.total], death
    world.kill()  # behind the last step
    world.begin()
    ended = [(order.code, world.steps(order), shop.refunds(order.id)) for order in orders]
    assert ended == [(order.code, STEPS, [order.total]) for order in orders]
    with world.database.unit(world.tenant.id, read_only=True) as uow:
        assert verify(uow).bad is None
        flag = finding.flag(uow, "refund-goodwill")
        held = changing.current(uow, flag, finding.environment(uow, "production"))
        segment = segments.named(uow, "Refunded customers")
        assert (flag.version, held.enabled, held.strategies[0]["segments"]) == (2, True, [segment.number])
        assert len(segment.constraints[0]["values"]) == len(orders) == segment.version - 1, "one version a customer"
