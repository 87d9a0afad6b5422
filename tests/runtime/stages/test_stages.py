"""Staged publishing on both databases: who starts what, what ends it, and that a failing version goes back."""

import pytest
from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.builder.service import drafts, whole
from studio.contract.declaring import TARGET
from studio.contract.leaving import Leave, Somebody
from studio.core.errors import Conflict, InvalidInput
from studio.core.ids import new_id
from studio.core.outbox import OutboxRow
from studio.runtime.departing import WorkflowsPart
from studio.runtime.ledger.rows import Accepted
from studio.runtime.models import Run, TriggerSubscription, VersionStage, Workflow, WorkflowVersion
from studio.runtime.outcomes import RunState
from studio.runtime.service import reference_checks, starts, workflows
from studio.runtime.service import staging as stages
from studio.runtime.service.dedup import Once
from studio.runtime.service.staging import Wish
from studio.runtime.stages import reading
from studio.runtime.stages.policy import Rule, part_of
from studio.runtime.stages.watching import Stages, judge
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.workflows import make_workflow, refunds


class Place:
    """A workflow with a published version, and a draft that calls another address."""

    def __init__(self, app):
        self.app, self.database = app, app.extensions["studio_database"]
        self.keyring, self.engine = app.extensions["studio_keyring"], app.extensions["studio_engine"]
        self.tenant = make_tenant(self.database)
        self.workflow_id = make_workflow(app, self.tenant, published=True)
        changed = refunds()
        changed["nodes"][2]["config"]["url"] = "https://new.example.com/refunds"
        self.save(changed)

    def unit(self):
        return self.database.unit(self.tenant.id, self.tenant["builder"].actor)

    def doing(self, verb, *args, **more):
        with self.app.test_request_context(), self.unit() as uow:
            return verb(uow, uow.session.get_one(Workflow, self.workflow_id), *args, **more)

    def save(self, document):
        self.doing(lambda uow, flow: drafts.save(uow, flow, drafts.current(uow, flow).revision, document))

    def publish(self, wish=None):
        def verb(uow, flow):
            return whole.publish(uow, self.keyring, flow, drafts.current(uow, flow).revision, "A note", wish).id

        return self.doing(verb)

    def all(self, model):
        with self.unit() as uow:
            rows = list(uow.session.scalars(select(model).order_by(model.id)))
            uow.session.expunge_all()
        return rows

    def live(self):
        with self.unit() as uow:
            return uow.session.get_one(Workflow, self.workflow_id).published_version_id

    def accept(self, key):
        """As a webhook does; the id of the version that it started."""
        row = self.all(TriggerSubscription)[0]
        event = Accepted(new_id(), new_id(), self.tenant.id, self.workflow_id, row.id, row.version_id, row.node_key,
                         row.type, {"key": key}, dedup_key=key)  # fmt: skip
        admission = self.engine.writer.accept(event)
        with self.unit() as uow:
            return uow.session.get_one(Run, admission.run_id).version_id

    def start(self, key):
        """As a person, a schedule, an event of Studio or another run does."""
        with self.app.test_request_context(), self.unit() as uow:
            row = uow.session.scalars(select(TriggerSubscription)).one()
            run = starts.start(uow, row, {"key": key}, lambda _lane="main": None, once=Once(key, 60.0))
            return run.version_id

    def ended(self, version_id, completed, failed):
        with self.unit() as uow:
            for number in range(completed + failed):
                state = RunState.SUCCEEDED if number < completed else RunState.FAILED
                uow.session.add(
                    Run(
                        id=new_id(), workflow_id=self.workflow_id, version_id=version_id, trigger_node="order",
                        state=state, input={}, available_at=uow.now, created_at=uow.now,
                    )
                )  # fmt: skip

    def audited(self):
        return [event.action for event in self.all(AuditEvent) if event.action.startswith("workflow.")]


@pytest.fixture
def place(app):
    return Place(app)


def test_each_event_starts_the_version_that_its_key_chooses_however_it_comes(place):
    old, new = place.live(), place.publish(Wish(50))
    assert place.live() == old
    for number in range(12):
        wanted = new if part_of(place.workflow_id, f"key {number}") < 5_000 else old
        assert place.accept(f"key {number}") == wanted
    for number in range(20, 26):
        wanted = new if part_of(place.workflow_id, f"key {number}") < 5_000 else old
        assert place.start(f"key {number}") == wanted
    assert {run.version_id for run in place.all(Run)} == {old, new}


def test_it_is_widened_and_taken_to_everybody(place):
    old, new = place.live(), place.publish(Wish(1))
    keys = [f"key {number}" for number in range(30) if 100 <= part_of(place.workflow_id, f"key {number}") < 9_900][:4]
    assert place.accept(keys[0]) == old
    place.doing(stages.change_share, 99)
    assert place.accept(keys[1]) == new
    place.doing(lambda uow, flow: stages.take(uow, place.keyring, flow))
    assert place.live() == new
    assert [place.accept(key) for key in keys[2:]] == [new, new]
    (stage,) = place.all(VersionStage)
    assert (stage.outcome, stage.figures["new"]["runs"], stage.figures["old"]["runs"]) == ("taken", 1, 1)
    assert place.all(TriggerSubscription)[0].staged_version_id is None
    assert place.audited()[-4:] == [
        "workflow.staged", "workflow.stage_changed", "workflow.stage_ended", "workflow.published"
    ]  # fmt: skip


def test_it_is_taken_back_and_its_runs_keep_their_version(place):
    old, new = place.live(), place.publish(Wish(99))
    key = next(str(number) for number in range(99) if part_of(place.workflow_id, str(number)) < 9_900)
    assert place.accept(key) == new
    place.doing(stages.take_back)
    assert place.live() == old
    assert place.accept(f"{key} again") == old
    assert [run.version_id for run in place.all(Run)] == [new, old]
    with pytest.raises(Conflict, match="every event starts the same"):
        place.doing(stages.take_back)


def test_what_fails_too_often_goes_back_by_itself_and_its_owner_hears_of_it(place):
    old, new = place.live(), place.publish(Wish(10, Rule(min_runs=10, points=20)))
    watch = Stages(place.database)
    place.ended(old, 9, 1)
    place.ended(new, 5, 4)
    watch.look()
    assert place.all(VersionStage)[0].ended_at is None  # nine have ended, which is too few to say
    place.ended(new, 1, 0)
    watch.look()
    (stage,) = place.all(VersionStage)
    assert (stage.outcome, stage.figures) == (
        "returned",
        {"new": {"runs": 10, "completed": 6, "failed": 4}, "old": {"runs": 10, "completed": 9, "failed": 1}},
    )
    assert place.accept("next") == place.live() == old
    watch.look()
    told = [row.payload for row in place.all(OutboxRow) if row.payload.get("kind") == "workflow.returned"]
    assert [(one["thing"], one["facts"]["number"]) for one in told] == [(str(place.workflow_id), 2)]
    assert place.audited()[-1] == "workflow.stage_ended"


def test_a_stage_that_began_while_another_was_judged_is_not_taken_back_for_it(place, monkeypatch):
    old, new = place.live(), place.publish(Wish(10, Rule(min_runs=1, points=20)))
    place.ended(old, 9, 1)
    place.ended(new, 0, 4)
    count = reading.side_by_side

    def replaced(uow, stage):
        found = count(uow, stage)
        monkeypatch.undo()
        flow = uow.session.get_one(Workflow, place.workflow_id)
        stages.take_back(uow, flow)
        stages.begin(uow, flow, drafts.current(uow, flow).document, Wish(20))
        return found

    monkeypatch.setattr(reading, "side_by_side", replaced)
    with place.unit() as uow:
        assert not judge(uow, place.workflow_id)
    assert [stage.outcome for stage in place.all(VersionStage)] == ["back", None]


def test_what_else_happens_meanwhile(place):
    old, staged = place.live(), place.publish(Wish(99))
    place.doing(workflows.set_enabled, enabled=False)
    place.doing(workflows.set_enabled, enabled=True)
    place.doing(lambda uow, flow: drafts.restore(uow, flow, 1, drafts.current(uow, flow).revision))
    row = place.all(TriggerSubscription)[0]
    assert (row.staged_version_id, row.staged_share, row.active) == (staged, 99, True)
    with pytest.raises(Conflict, match="takes 99 % of the events already"):
        place.publish(Wish(5))
    third = place.publish()
    assert place.live() == third
    assert place.accept("after") == third
    assert place.all(VersionStage)[0].outcome == "replaced"
    place.publish(Wish(5))
    place.doing(workflows.archive)
    assert [one.outcome for one in place.all(VersionStage)] == ["replaced", "archived"]
    assert place.all(TriggerSubscription)[0].staged_version_id is None
    assert old != staged


def test_what_cannot_be_staged_changes_nothing(app, place):
    with pytest.raises(InvalidInput) as refused:
        place.publish(Wish(100, Rule(0, 101)))
    assert [one.path for one in refused.value.problems] == ["share", "min_runs", "points"]
    broken = refunds()
    broken["nodes"][1]["config"]["condition"] = "trigger.order.total >"
    place.save(broken)
    with pytest.raises(InvalidInput, match="was not published"):
        place.publish(Wish(10))
    other = refunds()
    other["nodes"][0]["config"]["dedup_hours"] = 3
    place.save(other)
    with pytest.raises(InvalidInput, match="begins with other triggers"):
        place.publish(Wish(10))
    limited = refunds(settings={"priority": "high"})
    place.save(limited)
    with pytest.raises(InvalidInput, match="begins with other triggers"):
        place.publish(Wish(10))
    assert len(place.all(WorkflowVersion)) == 1
    assert place.all(VersionStage) == []
    place.workflow_id = make_workflow(app, place.tenant)
    with pytest.raises(InvalidInput, match="Nothing runs yet"):
        place.publish(Wish(10))


def test_runs_are_counted_by_version(place):
    old, new = place.live(), place.publish(Wish(10))
    place.ended(old, 2, 1)
    place.ended(new, 1, 0)
    with place.unit() as uow:
        found = reading.by_version(uow, place.workflow_id)
    assert {key: (one.runs, one.failed) for key, one in found.items()} == {old: (3, 1), new: (1, 0)}


def test_what_a_staged_version_names_is_in_use(place):
    """A target cannot be removed while the version that a tenth of the events start names it."""
    naming = refunds()
    naming["nodes"][2]["config"]["protects"] = "refund"
    with place.unit() as uow:
        version = WorkflowVersion(workflow_id=place.workflow_id, number=2, document=naming, logic_hash="",
                                  published_at=uow.now)  # fmt: skip
        uow.session.add(version)
        uow.session.flush()
        assert reference_checks.published_users(uow, TARGET, "refund") == []
        uow.session.add(
            VersionStage(
                workflow_id=place.workflow_id, version_id=version.id, number=2, before_id=version.id, before_number=1,
                share=10, min_runs=20, points=10, started_at=uow.now, started_by_name="",
            )
        )  # fmt: skip
        uow.session.flush()
        assert reference_checks.published_users(uow, TARGET, "refund") == ["High-value refunds"]
        assert reference_checks.published_names(uow, TARGET) == [("refund", "High-value refunds")]


def test_the_pages_and_the_apis_say_and_do_the_same(app, place):
    browser = signed_in(app, place.tenant.id, place.tenant["builder"])
    edit, page = f"/builder/api/workflows/{place.workflow_id}", f"/workflows/{place.workflow_id}/versions"
    wish = {"share": 10, "min_runs": 30, "points": 5}
    assert browser.post(f"{edit}/publish", json={"revision": 2, "stage": {"share": 0}}).status_code == 422
    answer = browser.post(f"{edit}/publish", json={"revision": 2, "note": "Colder", "stage": wish})
    assert (answer.status_code, answer.json["version"], answer.json["staged"]) == (200, 2, page)
    place.ended(place.live(), 3, 1)
    html = browser.get(page).text
    for said in ("Version 2 takes 10 % of the events", "once 30 of its runs", "25 %", "Colder", "&amp;version=1"):
        assert said in html
    assert "Version 2 takes 10 % of the events" in browser.get(f"/workflows/{place.workflow_id}").text
    assert browser.post(f"{page}/stage", data={"share": "100"}).status_code == 422
    assert browser.post(f"{page}/stage", data={"share": "40"}).status_code == 303
    assert place.all(VersionStage)[0].share == 40
    assert browser.post(f"{page}/stage/take").status_code == 303
    assert "Taken to everybody" in browser.get(page).text
    assert browser.post(f"{page}/stage/back").status_code == 409


def test_who_leaves_is_found_in_a_version_that_takes_a_share_of_the_events_too(place):
    who = place.tenant["approver"]
    named = refunds()
    named["nodes"][2]["config"]["body"] = f"user:{who.email}"
    place.save(named)
    leave = Leave(Somebody(who.user_id, who.name, who.email))

    def found():
        with place.unit() as uow:
            return [one.names for one in WorkflowsPart().look(uow, leave) if one.kind == "named"]

    assert found() == []
    place.publish(Wish(5))
    assert found() == [(named["name"],)]
    place.doing(stages.take_back)
    assert found() == []
