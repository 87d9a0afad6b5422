"""Evidence packs: what is in one, that it proves itself without the database, and what happens to its making."""

import io
import json
import zipfile
from datetime import timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from studio.approvals.models import Attachment
from studio.approvals.outcomes import Outcome
from studio.audit import erasing
from studio.audit.commands import audit
from studio.audit.models import AuditEvent
from studio.core import clock
from studio.core.errors import Conflict, Gone, InvalidInput, NotFound
from studio.oversight.evidence import making, service
from studio.oversight.evidence.outcomes import Kind, State
from studio.oversight.evidence.tables import EvidencePack, EvidencePart
from studio.oversight.evidence.wanted import Wanted
from tests.factories.accounts import make_tenant
from tests.factories.approvals import decide, listen, make_request

DAY = timedelta(days=1)


@pytest.fixture
def tenant(database):
    listen()
    return make_tenant(database)


@pytest.fixture(autouse=True)
def clock_back():
    yield
    clock.reset()


@pytest.fixture
def drain(app):
    """Let the worker work until nothing is due."""
    look = app.extensions["studio_engine"].drains["evidence"]

    def drain():
        while look():
            pass

    return drain


def ask(database, tenant, kind, subject=None, **more):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        return service.ask(uow, Wanted(kind, subject, **more)).id


def pack(database, tenant, pack_id):
    with database.unit(tenant.id, read_only=True) as uow:
        return uow.session.get(EvidencePack, pack_id)


def content(database, tenant, pack_id):
    row = pack(database, tenant, pack_id)
    assert row.state == State.READY, (row.state, row.error)
    units = lambda: database.unit(tenant.id, read_only=True)  # noqa: E731 - a unit for each part
    return b"".join(service.content(units, pack_id, row.parts))


def files(whole):
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        return {name: file.read(name) for name in file.namelist()}


def lines(found, kind):
    return [
        json.loads(line)
        for name, data in sorted(found.items())
        if name.startswith(kind + "-")
        for line in data.splitlines()
    ]


def verified(tmp_path, whole):
    path = tmp_path / "pack.zip"
    path.write_bytes(whole)
    done = CliRunner().invoke(audit, ["verify", str(path)])
    return done.exit_code, done.output


def test_a_pack_of_an_approval_holds_what_was_shown_and_said(database, tenant, drain, tmp_path):
    approver = tenant["approver"]
    request_id = make_request(database, tenant, [approver])
    vote = decide(database, tenant, approver, request_id, reason="Seen the photos")
    pack_id = ask(database, tenant, Kind.APPROVAL, request_id)
    drain()
    whole = content(database, tenant, pack_id)
    found = files(whole)
    (one,) = lines(found, "approvals")
    assert one["shown"][0]["facts"] == [["Order", "6021, paid 14 November"], ["Reason", "Arrived damaged"]]
    assert one["votes"][0]["person"]["email"] == approver.email
    assert one["votes"][0]["reason"] == "Seen the photos"
    assert one["votes"][0]["payload_hash"] == one["shown"][0]["payload_hash"] == vote.payload_hash
    assert one["decision"]["payload_hash"] == vote.payload_hash
    told = [line["event"]["action"] for line in lines(found, "audit/events")]
    assert told[:2] == ["approval.requested", "approval.approved"]
    page = found["pages/approvals-000001.html"].decode()
    assert "Refund €420.00 to Anna Keller" in page
    assert "Seen the photos" in page
    assert vote.payload_hash in page
    for name in ("index.html", "pages/approvals-000001.html"):
        html = found[name].decode()
        assert "<script" not in html
        assert "http://" not in html
        assert "https://" not in html
    status, said = verified(tmp_path, whole)
    assert status == 0, said
    assert "all as they were sealed" in said


def test_attachments_stand_in_it_by_their_hash(database, tenant, drain):
    request_id = make_request(database, tenant, [tenant["approver"]])
    with database.unit(tenant.id) as uow:
        uow.session.add(
            Attachment(
                request_id=request_id, name="photo.png", media_type="image/png", size=3, sha256="ab" * 32,
                by_user_id=tenant["owner"].user_id, by_name=tenant["owner"].name, at=uow.now,
            )
        )  # fmt: skip
    pack_id = ask(database, tenant, Kind.APPROVAL, request_id)
    drain()
    found = files(content(database, tenant, pack_id))
    assert lines(found, "approvals")[0]["attachments"][0]["sha256"] == "ab" * 32
    assert "photo.png" in found["pages/approvals-000001.html"].decode()


def test_a_period_holds_what_ended_in_it_and_every_event(database, tenant, drain, tmp_path):
    approver = tenant["approver"]
    early = make_request(database, tenant, [approver])
    decide(database, tenant, approver, early)
    clock.shift(2 * DAY)
    with database.unit(tenant.id) as uow:
        since = uow.now
    wanted = [make_request(database, tenant, [approver], title=f"Refund {number}") for number in range(5)]
    for one in wanted:
        decide(database, tenant, approver, one)
    with database.unit(tenant.id) as uow:
        until = uow.now + timedelta(seconds=1)
    clock.shift(DAY)
    decide(database, tenant, approver, make_request(database, tenant, [approver]))
    pack_id = ask(database, tenant, Kind.PERIOD, since=since, until=until)
    drain()
    found = files(content(database, tenant, pack_id))
    assert [UUID(one["id"]) for one in lines(found, "approvals")] == wanted
    actions = [line["event"]["action"] for line in lines(found, "audit/events")]
    assert actions.count("approval.approved") == 5
    assert verified(tmp_path, content(database, tenant, pack_id))[0] == 0


def test_filters_choose_events_and_what_they_are_about(database, tenant, drain):
    approver = tenant["approver"]
    with database.unit(tenant.id) as uow:
        since = uow.now - DAY
    yes, no = (make_request(database, tenant, [approver]) for _ in range(2))
    decide(database, tenant, approver, yes)
    decide(database, tenant, approver, no, Outcome.DECLINED)
    pack_id = ask(database, tenant, Kind.PERIOD, since=since, filters={"action": "approval.declined"})
    drain()
    found = files(content(database, tenant, pack_id))
    assert [UUID(one["id"]) for one in lines(found, "approvals")] == [no]
    assert [line["event"]["action"] for line in lines(found, "audit/events")] == ["approval.declined"]


def test_many_batches_come_to_one_archive(database, tenant, drain, tmp_path, monkeypatch):
    monkeypatch.setattr("studio.oversight.evidence.collecting.AT_ONCE", 2)
    monkeypatch.setattr("studio.oversight.evidence.events.AT_ONCE", 3)
    monkeypatch.setattr(making, "PART", 1000)
    monkeypatch.setattr(making, "TURN_S", -1.0)
    approver = tenant["approver"]
    with database.unit(tenant.id) as uow:
        since = uow.now - DAY
    for _ in range(5):
        decide(database, tenant, approver, make_request(database, tenant, [approver]))
    pack_id = ask(database, tenant, Kind.PERIOD, since=since)
    drain()
    row = pack(database, tenant, pack_id)
    assert row.parts > 5
    assert (row.approvals, row.attempt) == (5, 1)
    found = files(content(database, tenant, pack_id))
    assert {"approvals-000003.jsonl", "pages/approvals-000003.html"} <= set(found)
    assert len(content(database, tenant, pack_id)) == row.size
    assert verified(tmp_path, content(database, tenant, pack_id))[0] == 0


def test_whoever_was_forgotten_shows_as_erased_and_the_proofs_hold(database, tenant, drain, tmp_path):
    approver = tenant["approver"]
    request_id = make_request(database, tenant, [approver])
    decide(database, tenant, approver, request_id, reason="Her word is enough for me")
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        erasing.forget(uow, "user", str(approver.user_id), also=[approver.email])
        erasing.forget(uow, "approval", str(request_id))
    pack_id = ask(database, tenant, Kind.APPROVAL, request_id)
    drain()
    whole = content(database, tenant, pack_id)
    text = b"".join(files(whole).values()).decode()
    assert "[erased]" in text
    for gone in ("Her word is enough", approver.email, "Anna Keller", "Arrived damaged"):
        assert gone not in text
    assert verified(tmp_path, whole)[0] == 0


def test_whoever_dies_in_the_middle_is_followed_by_another_that_begins_anew(database, tenant, app, drain, tmp_path):
    approver = tenant["approver"]
    request_id = make_request(database, tenant, [approver])
    decide(database, tenant, approver, request_id)
    pack_id = ask(database, tenant, Kind.APPROVAL, request_id)
    keyring = app.extensions["studio_keyring"]
    dead = making.Making(database, keyring)
    attempt = dead._begin(tenant.id, pack_id)
    half = dead._made(tenant.id, pack_id, attempt)
    for _ in range(4):
        next(half)
    drain()
    assert pack(database, tenant, pack_id).state == State.MAKING  # it is held
    clock.shift(making.HELD + timedelta(seconds=1))
    drain()
    row = pack(database, tenant, pack_id)
    assert (row.state, row.attempt) == (State.READY, 2)
    list(half)  # the dead one comes back, and writes nothing
    assert pack(database, tenant, pack_id).sha256 == row.sha256
    assert verified(tmp_path, content(database, tenant, pack_id))[0] == 0


def test_what_fails_is_tried_again_and_then_told(database, tenant, drain, monkeypatch):
    def broken(*_args):
        raise RuntimeError("defect")

    monkeypatch.setattr("studio.oversight.evidence.collecting.approvals.records", broken)
    pack_id = ask(database, tenant, Kind.APPROVAL, make_request(database, tenant, [tenant["approver"]]))
    drain()
    row = pack(database, tenant, pack_id)
    assert (row.state, row.attempt, row.error) == (State.FAILED, making.ATTEMPTS, "RuntimeError")
    monkeypatch.undo()


def test_one_that_is_cancelled_is_not_made(database, tenant, app, drain):
    pack_id = ask(database, tenant, Kind.APPROVAL, make_request(database, tenant, [tenant["approver"]]))
    maker = making.Making(database, app.extensions["studio_keyring"])
    work = maker._made(tenant.id, pack_id, maker._begin(tenant.id, pack_id))
    next(work)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        service.cancel(uow, pack_id)
        service.cancel(uow, pack_id)  # a second click
    list(work)
    drain()
    assert pack(database, tenant, pack_id).state == State.CANCELLED
    with database.unit(tenant.id) as uow:
        assert uow.session.scalar(select(func.count()).select_from(EvidencePart)) == 0
        with pytest.raises(Conflict):
            service.take(uow, pack_id)


def test_taking_one_away_is_recorded_and_ends_with_its_time(database, tenant, drain):
    pack_id = ask(database, tenant, Kind.APPROVAL, make_request(database, tenant, [tenant["approver"]]))
    with database.unit(tenant.id, tenant["admin"].actor) as uow, pytest.raises(Conflict):
        service.take(uow, pack_id)
    drain()
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        service.take(uow, pack_id)
    with database.unit(tenant.id) as uow:
        told = select(AuditEvent.body).where(AuditEvent.action == "evidence.exported")
        body = json.loads(uow.session.scalar(told))
        assert body["metadata"]["sha256"] == pack(database, tenant, pack_id).sha256
    clock.shift(making.KEPT + timedelta(seconds=1))
    with database.unit(tenant.id, tenant["admin"].actor) as uow, pytest.raises(Gone):
        service.take(uow, pack_id)
    with database.unit(tenant.id) as uow:
        making.purge(uow)
    assert pack(database, tenant, pack_id).state == State.EXPIRED
    with database.unit(tenant.id) as uow:
        assert uow.session.scalar(select(func.count()).select_from(EvidencePart)) == 0


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"kind": Kind.PERIOD}, "evidence.no_since"),
        ({"kind": Kind.PERIOD, "since": 1, "until": 2}, "evidence.empty_period"),
        ({"kind": Kind.PERIOD, "since": -500}, "evidence.long_period"),
        ({"kind": Kind.PERIOD, "since": -5, "filters": {"nonsense": "1"}}, "evidence.filter"),
        ({"kind": Kind.RUN, "since": -5}, "evidence.not_a_period"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(database, tenant, wanted, code):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        times = {name: uow.now + wanted[name] * DAY for name in ("since", "until") if name in wanted}
        with pytest.raises(InvalidInput) as refused:
            service.ask(uow, Wanted(**wanted | times))
        assert refused.value.code == code
        assert uow.session.scalar(select(func.count()).select_from(EvidencePack)) == 0


def test_another_workspaces_run_or_approval_is_not_there(database, tenant):
    other = make_tenant(database)
    theirs = make_request(database, other, [other["approver"]])
    for kind in (Kind.APPROVAL, Kind.RUN):
        with pytest.raises(NotFound):
            ask(database, tenant, kind, theirs)


def test_no_more_than_a_few_are_made_at_once(database, tenant):
    request_id = make_request(database, tenant, [tenant["approver"]])
    for _ in range(service.AT_ONCE):
        ask(database, tenant, Kind.APPROVAL, request_id)
    with pytest.raises(Conflict):
        ask(database, tenant, Kind.APPROVAL, request_id)
