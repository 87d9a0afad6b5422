"""What is kept no longer is archived first: no run is deleted that does not lie in a file, whole and readable."""

import gzip
import json
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from studio.accounts.models import Workspace
from studio.audit.models import AuditEvent, AuditTarget
from studio.core import clock, faults, outbox
from studio.core.errors import InvalidInput, NotFound
from studio.core.http import HttpClient
from studio.core.models import OutboxRow
from studio.runtime import labels, notes
from studio.runtime.archive import commands, finding, service, working
from studio.runtime.archive.commands import Installation
from studio.runtime.archive.erasing import ErasingArchives
from studio.runtime.archive.expiring import Expiring
from studio.runtime.archive.outcomes import ArchiveTrouble, Stage
from studio.runtime.archive.places import Folder, Reach
from studio.runtime.archive.service import Wanted
from studio.runtime.archive.working import Archiving
from studio.runtime.erasure import service as erasure
from studio.runtime.history.filters import RunFilter
from studio.runtime.leases import NamedLeases
from studio.runtime.models import (
    ArchivedLabel,
    ArchivedRun,
    ArchivePlace,
    CustomerErasure,
    LoopLease,
    Run,
    RunArchive,
    RunNote,
    Step,
)
from studio.runtime.retention.chore import Retention
from studio.runtime.retention.standing import standing
from studio.runtime.service import starts, subscriptions
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.workflows import make_workflow, refunds
from tests.servers.moto import moto

FOLDER = Wanted("folder")


class House:
    """One tenant that archives to a folder of the test."""

    def __init__(self, app, database, folder):
        self.app, self.database, self.folder = app, database, folder
        self.tenant = make_tenant(database)
        self.workflow_id = make_workflow(app, self.tenant, refunds(), published=True)
        self.reach = Reach(HttpClient(("127.0.0.1",)), app.extensions["studio_vault"], folder, ("127.0.0.1",))
        with self.unit() as uow:
            uow.session.get_one(Workspace, self.tenant.id).retention_days = 0

    def unit(self):
        return self.database.unit(self.tenant.id, self.tenant["admin"].actor)

    def archive(self, wanted=FOLDER):
        with self.unit() as uow:
            service.set_place(uow, wanted, ("127.0.0.1",))

    def run(self, name="#1", state="succeeded", **told):
        """A run that has ended, with a step, a note and labels."""
        with self.unit() as uow:
            [trigger] = subscriptions.of_workflow(uow, self.workflow_id)
            made = starts.start(uow, trigger, {"name": name}, lambda: None)
            made.state = state
            uow.session.add(Step(run_id=made.id, node_key="ask", type="approval.request", state=state,
                                 output={"name": name}, started_at=uow.now))  # fmt: skip
            notes.add(uow, made.id, "Looked at.")
            for key, value in told.items():
                labels.put(uow, made.id, key, value)
            return made.id

    def archiving(self, holder="test"):
        return Archiving(self.database, self.reach, NamedLeases(self.database, holder))

    def drain(self, archiving=None):
        """One turn, however long the last one said to rest."""
        with self.unit() as uow:
            service.look_now(uow)
        return (archiving or self.archiving()).drain()

    def expire(self):
        """The look at files, however long the last one said to rest."""
        with self.unit() as uow:
            for place in service.places(uow):
                place.files_at = uow.now if place.keep_days is not None else None
        return Expiring(self.database, self.reach, NamedLeases(self.database, "test")).drain()

    def command(self, *given):
        """`studio archive read …`: its status, and what it wrote."""
        done = CliRunner().invoke(commands.archive, ["read", *map(str, given)],
                                  obj=Installation(self.database, self.reach))  # fmt: skip
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout if done.exit_code == 0 else done.stderr

    def audited(self, action):
        """The metadata of all such events."""
        return [json.loads(one.body)["metadata"] for one in self.all(AuditEvent) if one.action == action]

    def all(self, model):
        with self.database.unit(self.tenant.id, read_only=True) as uow:
            return uow.session.scalars(select(model).order_by(*model.__table__.primary_key)).all()

    def ids(self):
        return {one.id for one in self.all(Run)}

    def record(self, run_id):
        with self.database.unit(self.tenant.id, read_only=True) as uow:
            return json.loads(b"".join(finding.record(uow, run_id, self.reach)))

    def files(self):
        return sorted(one for one in self.folder.rglob("*") if one.is_file())


@pytest.fixture
def house(app, database, tmp_path):
    yield House(app, database, tmp_path / "archive")
    clock.reset()


class Died(BaseException):
    """The process is gone."""


def die():
    raise Died


def test_what_is_due_lies_in_a_file_with_all_that_hangs_on_it_before_it_goes(house):
    house.archive()
    first, second, waits = house.run("#1", order="6021"), house.run("#2"), house.run("#3", state="waiting")
    Retention(house.database)(clock.local_now())
    assert house.ids() == {first, second, waits}, "whoever only deletes leaves them"
    assert house.drain() == 1
    assert house.ids() == {waits}
    assert [len(house.all(one)) for one in (Step, RunNote)] == [1, 1]
    [path] = house.files()
    [kept] = house.all(RunArchive)
    assert (kept.state, kept.runs, kept.size) == (Stage.KEPT, 2, path.stat().st_size)
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert [line["run"]["id"] for line in lines] == [str(first), str(second)]
    found = house.record(second)
    assert (found["run"]["input"], found["parts"]["step"][0]["output"]) == ({"name": "#2"}, {"name": "#2"})
    assert (found["event"]["run_id"], found["parts"]["run_note"][0]["text"]) == (str(second), "Looked at.")
    with house.unit() as uow:
        assert standing(uow).deleted == 2
        by_label = finding.page(uow, RunFilter(labels=(("order", "6021"),), states=("succeeded",)))
        assert [one.run_id for one in by_label.rows] == [first]
        assert by_label.labels == {first: {"order": "6021"}}
        assert [one.run_id for one in finding.page(uow, RunFilter(), limit=1).rows] == [second]
        assert finding.page(uow, RunFilter(), before=first).rows == []
        with pytest.raises(InvalidInput):
            finding.page(uow, RunFilter(search="Keller"))


@pytest.mark.parametrize("label", ["archive.confirmed", "archive.before_commit"])
def test_whoever_dies_in_between_loses_nothing_and_leaves_no_second_file(house, label):
    house.archive()
    runs = {house.run(f"#{number}") for number in range(3)}
    faults.arm(label, die)
    try:
        with pytest.raises(Died):
            house.drain()
    finally:
        faults.arm("")
    assert (house.ids(), len(house.files())) == (runs, 1)
    house.drain()
    assert house.ids() == set()
    assert {one.run_id for one in house.all(ArchivedRun)} == runs
    assert {house.record(one)["run"]["id"] for one in runs} == {str(one) for one in runs}
    assert [one.name for one in house.all(RunArchive)] == [str(one.relative_to(house.folder)) for one in house.files()]


def test_an_archive_that_somebody_is_at_holds_no_other_workspace_back(app, database, house):
    other = House(app, database, house.folder)
    for one in (house, other):
        one.archive()
        one.run()
        with one.unit() as uow:
            service.look_now(uow)
    database_wide = NamedLeases(database, "elsewhere")
    assert database_wide.take(f"archive|{house.tenant.id.hex}", 300)
    assert house.archiving().drain() == 1
    assert (len(house.ids()), len(other.ids())) == (1, 0)
    assert house.archiving().drain() == 0, "the other has nothing left, and this one is being written"
    database_wide.give_back(f"archive|{house.tenant.id.hex}")
    assert (house.archiving().drain(), len(house.ids())) == (1, 0)


def test_nothing_is_deleted_while_nothing_can_be_written(house):
    house.archive()
    run_id = house.run()
    house.folder.write_text("a file where the folder should be")
    house.drain()
    [place] = house.all(ArchivePlace)
    assert (house.ids(), place.trouble, place.proved_at) == ({run_id}, "archive.io", None)
    assert [row for row in house.all(OutboxRow) if row.payload.get("kind") == "archive.failing"] == []
    house.drain()
    [told] = [row.payload for row in house.all(OutboxRow) if row.payload.get("kind") == "archive.failing"]
    assert (told["thing"], told["facts"]) == (str(place.id), {"why": "writing"})
    house.folder.unlink()
    house.drain()
    [place] = house.all(ArchivePlace)
    assert (house.ids(), place.trouble, place.proved_at is None) == (set(), None, False)


def test_a_file_that_is_not_what_was_written_deletes_nothing(house, monkeypatch):
    house.archive()
    run_id = house.run()
    house.drain(house.archiving())
    second = house.run("#2")
    monkeypatch.setattr("studio.runtime.archive.places.Folder.size", lambda *_given: 1)
    house.drain()
    [place] = house.all(ArchivePlace)
    assert (house.ids(), place.trouble) == ({second}, "archive.unconfirmed")
    assert {one.run_id for one in house.all(ArchivedRun)} == {run_id}


def test_what_was_written_to_a_run_meanwhile_lies_in_no_file_so_it_stays(house, monkeypatch):
    house.archive()
    run_id, other = house.run(), house.run()
    put = working.Archiving._let_go

    def noted(self, uow, *given):
        notes.add(uow, run_id, "One thing more.")
        uow.session.flush()
        return put(self, uow, *given)

    monkeypatch.setattr(working.Archiving, "_let_go", noted)
    house.drain()
    assert house.ids() == {run_id}
    monkeypatch.undo()
    house.drain()
    assert [one["text"] for one in house.record(run_id)["parts"]["run_note"]] == ["Looked at.", "One thing more."]
    assert house.record(other)["run"]["id"] == str(other)


def test_a_file_has_a_bound_and_the_next_one_goes_on_behind_it(house, monkeypatch):
    monkeypatch.setattr(working, "MOST_BYTES", 1)
    monkeypatch.setattr(working, "TURN_S", 60.0)
    house.archive()
    runs = [house.run(f"#{number}") for number in range(3)]
    house.drain()
    assert (house.ids(), len(house.files())) == (set(), 3)
    assert [one.run_id for one in house.all(ArchivedRun)] == sorted(runs)


def test_whoever_moves_or_stops_archiving_still_reads_what_lies_there(house):
    house.archive()
    first = house.run()
    house.drain()
    house.archive(Wanted())
    second = house.run()
    later = clock.local_now() + timedelta(seconds=1)
    Retention(house.database)(later)
    assert (house.ids(), house.record(first)["run"]["id"]) == (set(), str(first))
    assert second not in {one.run_id for one in house.all(ArchivedRun)}


def test_files_go_whole_once_every_run_in_them_was_kept_long_enough(house):
    house.archive()
    first, second = house.run("#1", order="6021"), house.run("#2")
    house.drain()
    assert house.expire() == 0, "for good, unless somebody says otherwise"
    house.archive(Wanted("folder", keep_days=30))
    clock.shift(timedelta(days=20))
    third = house.run("#3", order="6022")
    house.drain()
    clock.shift(timedelta(days=9))
    assert (house.expire(), len(house.files()), house.all(ArchivePlace)[0].files_trouble) == (1, 2, None)
    clock.shift(timedelta(days=2))
    house.archive(Wanted(keep_days=30))
    assert house.expire() == 1, "also where nothing is archived any more"
    assert [one.run_id for one in house.all(ArchivedRun)] == [third]
    assert [one.value for one in house.all(ArchivedLabel)] == ["6022"]
    assert [one.name for one in house.all(RunArchive)] == [str(one.relative_to(house.folder)) for one in house.files()]
    assert str(first) not in str(house.files())
    [gone] = house.audited("workspace.archive_files_deleted")
    assert {name: gone[name] for name in ("files", "runs", "keep_days")} == {
        "files": 1, "runs": 2, "keep_days": 30,
    }  # fmt: skip
    assert house.record(third)["run"]["id"] == str(third)
    with pytest.raises(NotFound):
        house.record(second)


def test_a_new_rule_waits_an_hour_and_a_customer_who_is_looked_for_longer(house):
    house.archive()
    house.run("ann.lind@example.com")
    house.drain()
    clock.shift(timedelta(days=31))
    house.archive(Wanted("folder", keep_days=30))
    due = Expiring(house.database, house.reach, NamedLeases(house.database, "test"))
    assert not due.is_due()
    with house.unit() as uow:
        erasure.ask(uow, "ann.lind@example.com", "Data request 14")
    clock.shift(timedelta(hours=1))
    assert (due.drain(), len(house.files()), len(house.all(ArchivedRun))) == (1, 1, 1)
    with house.unit() as uow:
        erasure.withdraw(uow, house.all(CustomerErasure)[0].id)
    assert (house.expire(), house.files(), house.all(ArchivedRun)) == (1, [], [])


def test_whoever_dies_between_rows_and_files_leaves_files_that_the_next_look_deletes(house, monkeypatch):
    monkeypatch.setattr(working, "MOST_BYTES", 1)
    house.archive(Wanted("folder", keep_days=1))
    for number in range(3):
        house.run(f"#{number}")
        house.drain()
    clock.shift(timedelta(days=2))
    faults.arm("archive.doomed", die)
    try:
        with pytest.raises(Died):
            house.expire()
    finally:
        faults.arm("")
    assert (house.all(ArchivedRun), len(house.files())) == ([], 3)
    monkeypatch.setattr(Folder, "delete", _stuck)
    for _ in range(2):
        house.expire()
    [place] = house.all(ArchivePlace)
    assert (place.files_trouble, place.trouble) == ("No.", None)
    told = [row.payload for row in house.all(OutboxRow) if row.payload.get("kind") == "archive.failing"]
    assert [(one["thing"], one["facts"]) for one in told] == [(str(place.id), {"why": "deleting"})], "once is nothing"
    monkeypatch.undo()
    house.archive(Wanted())
    due = Expiring(house.database, house.reach, NamedLeases(house.database, "test"))
    assert due.drain() == 1, "also where files are kept for good from now on: the rows of these are gone"
    [place] = house.all(ArchivePlace)
    assert (house.files(), house.all(RunArchive), place.files_trouble, place.files_at) == ([], [], None, None)


def test_archived_runs_are_read_back_as_they_were_or_not_at_all(house, tmp_path):
    house.archive()
    runs = [house.run("#1"), house.run("#2")]
    house.drain()
    [path], [kept] = house.files(), house.all(RunArchive)
    copied = tmp_path / path.name
    copied.write_bytes(path.read_bytes())
    for given in ((copied,), ("--stored", kept.id), (copied, "--sha256", kept.sha256)):
        status, said = house.command(*given)
        assert (status, [json.loads(line)["run"]["id"] for line in said.splitlines()]) == (
            0,
            [str(one) for one in runs],
        )
    status, said = house.command("--run", runs[1])
    assert (status, json.loads(said)["run"]["input"]) == (0, {"name": "#2"})
    assert house.audited("workspace.archive_file_read") == [{"runs": 2}] * 2
    assert len(house.audited("run.archived_record_taken")) == 1
    other = tmp_path / "other.jsonl.gz"
    other.write_bytes(path.read_bytes())
    assert "knows no such file" in house.command(other)[1]
    for broken in (copied, path):
        broken.write_bytes(path.read_bytes()[:-1] + b"?")
    for given in ((copied,), ("--stored", kept.id), ("--run", runs[0]), (other, "--sha256", "0" * 64)):
        status, said = house.command(*given)
        assert (status, "is not what was archived" in said) == (1, True)
    assert house.command("--run", kept.id)[0] == house.command("--stored", runs[0])[0] == 1
    assert house.command()[0] == house.command("--run", runs[0], "--stored", kept.id)[0] == 2
    assert house.command("--stored", kept.id, "--sha256", kept.sha256)[0] == 2


def _stuck(*_given):
    raise ArchiveTrouble("No.", code="archive.io")


@pytest.mark.slow
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_bucket_is_tried_filled_and_read_from(house, tmp_path):
    """moto keeps the objects, and boto3 reads them."""
    with house.unit() as uow:
        house.app.extensions["studio_vault"].create(uow, name="s3", value="wJalrXUtnFEMI/K7MDENG", hosts=["127.0.0.1"])
    with moto(tmp_path) as port:
        endpoint = f"http://127.0.0.1:{port}"
        house.archive(Wanted("s3", "acme-runs", "eu-central-1", "studio", endpoint, "AKIDEXAMPLE", "s3"))
        run_id, other = house.run("#1"), house.run("#2")
        house.drain()
        [place] = house.all(ArchivePlace)
        assert (house.ids(), place.trouble) == ({run_id, other}, "s3.NoSuchBucket")
        keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG"}
        bucket = boto3.resource("s3", endpoint_url=endpoint, region_name="eu-central-1", **keys).Bucket("acme-runs")
        bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        faults.arm("archive.confirmed", die)
        try:
            with pytest.raises(Died):
                house.drain()
        finally:
            faults.arm("")
        house.drain()
        assert house.ids() == set()
        [found] = bucket.objects.all()
        [kept] = house.all(RunArchive)
        assert (found.key, kept.name.startswith(f"studio/{house.tenant.id}/")) == (kept.name, True)
        lines = [json.loads(line) for line in gzip.decompress(found.get()["Body"].read()).splitlines()]
        assert [line["run"]["id"] for line in lines] == [str(run_id), str(other)]
        assert house.record(other)["run"]["input"] == {"name": "#2"}
        status, said = house.command("--stored", kept.id)
        assert (status, [json.loads(line)["run"]["id"] for line in said.splitlines()]) == (0, [str(run_id), str(other)])
        with house.unit() as uow:
            service.set_place(uow, replace(service.wanted_now(uow), keep_days=1), ("127.0.0.1",))
        clock.shift(timedelta(hours=12))
        later = house.run("#3")
        house.drain()
        clock.shift(timedelta(hours=13))
        house.expire()
        assert [one.run_id for one in house.all(ArchivedRun)] == [later]
        [left] = bucket.objects.all()
        assert [left.key] == [one.name for one in house.all(RunArchive)]
        bucket.objects.all().delete()
        with pytest.raises(ArchiveTrouble) as gone:
            house.record(later)
        assert gone.value.code == "s3.NoSuchKey"


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted("tape"), "kind"),
        (Wanted("folder", keep_days=0), "keep_days"),
        (Wanted("s3", bucket="A B"), "bucket"),
        (Wanted("s3", bucket="acme-runs", access_key_id="K", secret_name="s3", prefix="../x"), "prefix"),
        (Wanted("s3", bucket="acme-runs", access_key_id="K", secret_name="s3", endpoint="http://10.0.0.1"), "endpoint"),
        (Wanted("s3", bucket="acme-runs", access_key_id="K", secret_name="s3", endpoint="https://x/y"), "endpoint"),
        (Wanted("s3", bucket="acme-runs", access_key_id="K", secret_name="s3", endpoint="https://[::1"), "endpoint"),
    ],
)
def test_a_place_that_is_none_is_refused_by_its_field(house, wanted, field):
    house.archive()
    with pytest.raises(InvalidInput) as refused, house.unit() as uow:
        service.set_place(uow, wanted)
    assert field in {one.path for one in refused.value.problems}
    with house.unit() as uow:
        assert service.wanted_now(uow) == Wanted("folder")


def test_a_file_that_is_gone_is_told(house):
    house.archive()
    run_id = house.run()
    house.drain()
    house.files()[0].unlink()
    with pytest.raises(ArchiveTrouble):
        house.record(run_id)


def test_the_pages_and_the_api_are_faces_of_it(app, house):
    admin = signed_in(app, house.tenant.id, house.tenant["admin"])
    assert admin.post("/settings/archive", data={"kind": "s3", "bucket": "A"}).status_code == 422
    assert admin.post("/settings/archive", data={"kind": "folder"}).location == "/settings/archive"
    assert "It is being tried." in admin.get("/settings/archive").text
    kept = admin.post("/settings/archive", data={"kind": "folder", "keep_days": "3650"})
    assert (kept.status_code, house.all(ArchivePlace)[0].keep_days) == (303, 3650)
    assert "1 to 36,500 days" in admin.post("/settings/archive", data={"kind": "folder", "keep_days": "0"}).text
    assert 'value="3650"' in admin.get("/settings/archive").text
    with house.unit() as uow:
        service.places(uow)[0].files_trouble, service.places(uow)[0].files_trouble_since = "The store is away.", uow.now
    assert "The store is away." in admin.get("/settings/archive").text
    run_id = house.run("#1", order="6021")
    house.reach = app.extensions["studio_archive"]
    house.drain()
    assert "Archiving works." in admin.get("/settings/archive").text
    assert admin.get(f"/runs/{run_id}").location == f"/runs/archived/{run_id}"
    page = admin.get(f"/runs/archived/{run_id}").text
    assert ("6021" in page, "Download its record" in page) == (True, True)
    given = admin.get(f"/runs/archived/{run_id}/record")
    assert (given.json["run"]["id"], given.headers["Content-Disposition"]) == (
        str(run_id), f'attachment; filename="run-{run_id}.json"',
    )  # fmt: skip
    assert str(run_id) in admin.get("/runs/archived?label=order:6021&state=succeeded").text
    assert str(run_id) not in admin.get("/runs/archived?label=order:7").text
    assert "cannot be filtered by this" in admin.get("/runs/archived?q=Keller").text
    assert "Older runs were archived." in admin.get("/runs").text
    program = with_token(app, make_token(app, house.tenant, "admin", ["runs:read", "settings:read", "settings:write"]))
    [line] = program.get("/api/v1/archived-runs").json["data"]
    assert (line["id"], line["labels"]) == (str(run_id), {"order": "6021"})
    assert program.get(f"/api/v1/archived-runs/{run_id}/record").json["run"]["id"] == str(run_id)
    refused = program.put("/api/v1/workspace/archive", json={"kind": "s3"})
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "bucket")
    given = program.get("/api/v1/workspace/archive").json
    assert (given["keep_days"], given["files_trouble"]) == (3650, "The store is away.")
    with house.unit() as uow:
        service.places(uow)[0].files_at = service.places(uow)[0].next_at = uow.now + timedelta(days=1)
    assert program.post("/api/v1/workspace/archive/try").json["keep_days"] == 3650
    with house.unit() as uow:
        [place] = service.places(uow)
        assert place.files_at <= uow.now, "what could not be deleted is tried as well"
        assert place.next_at <= uow.now
    too_long = program.put("/api/v1/workspace/archive", json={"kind": "folder", "keep_days": 40_000})
    assert (too_long.status_code, too_long.json["errors"][0]["path"]) == (422, "keep_days")
    assert program.put("/api/v1/workspace/archive", json={"kind": ""}).json["kind"] == ""
    assert admin.get(f"/runs/archived/{run_id}/record").status_code == 200, "it is read from where it lies"
    assert admin.get("/runs/archived/01a21f1e-0291-75f3-afde-6279be756ae1/record").status_code == 404
    with house.database.unit(house.tenant.id, read_only=True) as uow:
        took = select(AuditTarget.target_id).join(AuditEvent, AuditEvent.id == AuditTarget.event_id)
        told = uow.session.scalars(took.where(AuditEvent.action == "run.archived_record_taken")).all()
    assert told == [str(run_id)] * 3


@pytest.mark.parametrize("dies", [None, (ErasingArchives, "_turn"), (Folder, "delete")])
def test_a_customer_is_found_in_files_and_taken_out_of_them(app, house, monkeypatch, dies):
    house.reach = app.extensions["studio_archive"]
    house.folder = house.reach.folder
    house.archive()
    hers, other, last = house.run("ann.lind@example.com", order="1"), house.run("#2"), house.run("#3")
    house.drain()

    def act(what, *given):
        with house.unit() as uow:
            made = what(uow, *given).id
        while outbox.drain(house.database):
            pass
        with house.unit() as uow:
            return erasure.get(uow, made)

    found = act(erasure.ask, "ANN.lind@example.com", "Data request 14")
    assert (found.state, found.found_runs, found.found_archived) == ("found", 0, 1)
    before = {one.read_bytes() for one in house.files()}
    if dies:
        monkeypatch.setattr(*dies, lambda *_given: die())
        with pytest.raises(Died):
            act(erasure.confirm, found.id)
        monkeypatch.undo()
        assert {one.read_bytes() for one in house.files()} > before, "the old file, and the new one"
        with house.unit() as uow:
            uow.session.execute(update(OutboxRow).values(lease_until=uow.now, due_at=uow.now))
            uow.session.execute(delete(LoopLease))
        while outbox.drain(house.database):
            pass
        with house.unit() as uow:
            done = erasure.get(uow, found.id)
    else:
        done = act(erasure.confirm, found.id)
    assert (done.state, done.erased_archived, done.key) == ("done", 1, None)
    assert {one.run_id for one in house.all(ArchivedRun)} == {other, last}
    assert [house.record(one)["run"]["id"] for one in (other, last)] == [str(other), str(last)]
    assert all(str(hers).encode() not in gzip.decompress(one.read_bytes()) for one in house.files())
    assert [one.name for one in house.all(RunArchive)] == [str(one.relative_to(house.folder)) for one in house.files()]
