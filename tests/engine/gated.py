"""A rig whose workflow has limits."""

from collections import Counter
from uuid import UUID

from sqlalchemy import select, update

from studio.core import clock
from studio.core.ids import new_id
from studio.runtime.document import Settings
from studio.runtime.flow.control import FREE, PRIORITIES, Control, written
from studio.runtime.ledger.rows import Accepted, Admission
from studio.runtime.models import Run, TriggerSubscription, Workflow, WorkspaceLimit
from studio.runtime.outcomes import ENDED
from tests.engine.rig import Rig
from tests.factories.reruns import run_again

EXECUTING = ("main", "effect")


class GatedRig(Rig):
    """`limit()` publishes limits; `settle()` looks at the gate too."""

    control: Control | None = None

    def limit(self, *, workspace: dict | None = None, **settings) -> None:
        made = Settings.model_validate(settings)
        control = written(made, workspace=workspace is not None)
        with self.database.unit(self.workspace_id) as unit:
            unit.session.execute(
                update(TriggerSubscription).values(control=control, priority=PRIORITIES[made.priority])
            )
            unit.session.get_one(Workflow, self.workflow_id).published_version_id = self.version_id
            if workspace is not None:
                unit.session.merge(WorkspaceLimit(workspace_id=self.workspace_id, **workspace))
        self.control = Control.of(control)

    def deliver(self, data=None, key: str | None = None) -> Admission:
        keys = self.control.keys(data or {}) if self.control is not None else FREE
        return self.engine.admitting.accept(
            Accepted(
                new_id(), new_id(), self.workspace_id, self.workflow_id, self.subscription, self.version_id, "t",
                "trigger.webhook", data or {}, dedup_key=key, control=self.control, keys=keys,
            )
        )  # fmt: skip

    def look(self) -> int:
        return self.engine.gate.look()

    def settle(self) -> None:
        for _ in range(300):
            self.drain("main")
            self.drain("effect")
            if not self.look() and not self.engine.writer.run(self.engine.ledger.queued):
                return
        raise AssertionError("the runs never settle")

    def all_in(self, unit) -> list[TriggerSubscription]:
        return list(unit.session.scalars(select(TriggerSubscription)))

    def repeat(self, unit, run_id: UUID) -> UUID:
        run = unit.session.get_one(Run, run_id)
        return run_again(unit, run, self.engine.versions, self.engine.wake_main).id

    # -- what a test sees ---------------------------------------------------------------------------------------

    def runs(self) -> list[Run]:
        return self.all(Run)

    def of(self, *run_ids: UUID) -> list[str]:
        """Where runs are: their lane while they are queued, their state otherwise."""
        found = {run.id: run.lane if run.state == "queued" else run.state for run in self.all(Run)}
        return [found[run_id] for run_id in run_ids]

    def executing(self) -> Counter[str | None]:
        """How many runs execute, or may be claimed any moment, by place key."""
        now = clock.local_now()
        return Counter(
            run.place_key
            for run in self.runs()
            if run.state == "running" or (run.state == "queued" and run.lane in EXECUTING and run.available_at <= now)
        )

    def under_way(self) -> Counter[str | None]:
        """How many runs of an order key have passed the gate and not ended."""
        return Counter(run.order_key for run in self.runs() if run.state not in ENDED and run.lane != "gate")
