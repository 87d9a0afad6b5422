"""Files on requests, decisions and comments: bound by hash, seen by whoever sees the request, let go in time."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from studio.accounts.outcomes import Role
from studio.approvals import askers, service
from studio.approvals.attaching import purging
from studio.approvals.attaching.checking import check
from studio.approvals.models import Attachment, Request
from studio.approvals.outcomes import Outcome
from studio.approvals.requesting.adhoc import PersonAsk, ask
from studio.approvals.revisions import Revision
from studio.approvals.service import attaching
from studio.approvals.wordings import Attached, Edits, Wording, differences, fingerprint
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.files import storing
from studio.core.files.storing import StorageFull
from studio.core.models import StoredChunk, StoredFile
from tests.factories.accounts import make_person
from tests.factories.approvals import decide, make_request, shown
from tests.factories.files import PDF, picture


@pytest.fixture
def mira(database, tenant):
    askers.register(askers.PERSON, askers.nobody)
    return make_person(database, tenant.id, Role.APPROVER, "Mira Sand")


def hand_in(uow, *named):
    return attaching.keep(uow, [check(name, content, "f") for name, content in named or [("a.png", picture())]])


@pytest.fixture
def asked(database, tenant, mira, jonas):
    with database.unit(tenant.id, mira.actor) as uow:
        files = hand_in(uow, ("offer.pdf", PDF), ("camera.png", picture()))
        wanted = PersonAsk("Buy a camera", approvers=[f"user:{jonas.email}"], attachments=[one.id for one in files])
        return ask(uow, wanted)


def details(database, tenant, person, request_id):
    with database.unit(tenant.id, person.actor) as uow:
        return service.details(uow, request_id)


def test_a_decision_is_bound_to_the_files_that_were_shown(database, tenant, asked, mira, jonas):
    with database.unit(tenant.id) as uow:
        row = uow.session.get_one(Request, asked)
        assert [one["name"] for one in row.attachments] == ["offer.pdf", "camera.png"]
        assert row.attachments[0]["sha256"] == hashlib.sha256(PDF).hexdigest()
        assert all(one.expires_at is None for one in uow.session.scalars(select(StoredFile)))
    old = shown(database, tenant, asked)
    with database.unit(tenant.id, mira.actor) as uow:
        [other] = hand_in(uow, ("camera.png", picture(colour="red")))
        keep = [row.attachments[0]["id"]]
        service.revise(uow, asked, Edits(keep=keep, add=attaching.as_worded([other])))
    with pytest.raises(Conflict) as refused:
        decide(database, tenant, jonas, asked, shown=old)
    assert refused.value.code == "content_changed"
    found = details(database, tenant, jonas, asked)
    assert [one.name for one in found.shown_files] == ["offer.pdf", "camera.png"]
    assert [(one.field, one.old, one.new) for one in found.changed.differences] == [
        ("attachment", "camera.png", None), ("attachment", None, "camera.png"),
    ]  # fmt: skip
    with database.unit(tenant.id) as uow:
        first, second = uow.session.scalars(select(Revision).order_by(Revision.number))
        assert first.attachments[0] == second.attachments[0]
        assert first.attachments[1]["sha256"] != second.attachments[1]["sha256"]
    decide(database, tenant, jonas, asked)


def test_the_hash_is_that_of_before_without_files_and_another_with_each():
    plain = Wording("a", ())
    one = Attached("1", "a.png", "image/png", 3, "ab")
    hashes = {
        fingerprint(plain, None),
        fingerprint(Wording("a", (), attachments=(one,)), None),
        fingerprint(Wording("a", (), attachments=(Attached("1", "a.png", "image/png", 3, "cd"),)), None),
        fingerprint(Wording("a", (), attachments=(Attached("1", "b.png", "image/png", 3, "ab"),)), None),
    }
    assert len(hashes) == 4
    again = Wording("a", (), attachments=(Attached("2", "a.png", "image/png", 3, "ab"),))
    assert fingerprint(again, None) in hashes, "where it hangs is no part of what was shown"
    assert differences(Wording("a", (), attachments=(one,)), again) == []


def test_decisions_and_comments_carry_files_too(database, tenant, asked, mira, jonas):
    with database.unit(tenant.id, mira.actor) as uow:
        said = service.comment(uow, asked, "The shop's page", hand_in(uow))
    before = shown(database, tenant, asked)
    with database.unit(tenant.id, jonas.actor) as uow:
        files = hand_in(uow, ("why.pdf", PDF))
        vote = service.decide(uow, asked, Outcome.DECLINED, shown=before, reason="Too dear")
        attaching.on_vote(uow, asked, vote, files)
    found = details(database, tenant, mira, asked)
    assert [(one.name, one.comment_id, one.vote_id) for one in found.further_files] == [
        ("a.png", said.id, None), ("why.pdf", None, vote.id),
    ]  # fmt: skip
    with database.unit(tenant.id, jonas.actor) as uow:
        again = service.decide(uow, asked, Outcome.DECLINED, shown=before, reason="Too dear")
        assert attaching.on_vote(uow, asked, again, hand_in(uow)) == []
    with database.unit(tenant.id) as uow:
        assert uow.session.scalar(select(func.count()).select_from(StoredFile)) == 4


def test_what_it_holds_is_read_chunk_by_chunk(database, tenant, mira):
    whole = bytes(range(256)) * 3_000
    with database.unit(tenant.id, mira.actor) as uow:
        row = storing.store(uow, BytesIO(whole), kind="attachment", name="x", media_type="x", taken=True)
        file_id, size, digest = row.id, row.size, row.sha256
    assert (size, digest) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert b"".join(storing.stream(database, tenant.id, file_id)) == whole
    with database.unit(tenant.id) as uow:
        assert uow.session.scalar(select(func.count()).select_from(StoredChunk)) == 3


def test_nobody_hangs_what_another_handed_in_or_what_hangs_already(database, tenant, asked, mira, jonas, lena):
    with database.unit(tenant.id, mira.actor) as uow:
        [theirs] = hand_in(uow)
        theirs_id = theirs.id
    with database.unit(tenant.id) as uow:
        hanging = uow.session.scalars(select(Attachment.file_id)).first()
    for file_id in (theirs_id, hanging):
        with pytest.raises(NotFound), database.unit(tenant.id, jonas.actor) as uow:
            attaching.handed_in(uow, [file_id])
    with pytest.raises(NotFound), database.unit(tenant.id, lena.actor) as uow:
        service.details(uow, asked)


def test_attachments_that_shall_stay_have_to_be_there_and_are_ten_at_most(database, tenant, asked, mira):
    with pytest.raises(InvalidInput) as refused, database.unit(tenant.id, mira.actor) as uow:
        service.revise(uow, asked, Edits(keep=["no such"]))
    assert (refused.value.code, refused.value.field) == ("unknown_attachment", "attachments")
    with database.unit(tenant.id, mira.actor) as uow:
        files = attaching.as_worded(hand_in(uow, *[(f"{n}.png", picture()) for n in range(9)]))
    with pytest.raises(InvalidInput) as refused, database.unit(tenant.id, mira.actor) as uow:
        service.revise(uow, asked, Edits(add=files))
    assert refused.value.code == "too_many_attachments"


def test_a_workspace_keeps_so_much_and_a_refused_file_leaves_nothing(database, tenant, mira, monkeypatch):
    monkeypatch.setattr(storing, "MOST_BYTES", 200)
    with pytest.raises(StorageFull), database.unit(tenant.id, mira.actor) as uow:
        hand_in(uow, ("a.pdf", PDF), ("b.pdf", PDF), ("c.pdf", PDF))
    with database.unit(tenant.id) as uow:
        assert uow.session.scalar(select(func.count()).select_from(StoredFile)) == 0
        assert uow.session.scalar(select(func.count()).select_from(StoredChunk)) == 0


def test_files_go_with_retention_and_their_names_and_hashes_stay(database, tenant, asked, mira, jonas):
    decide(database, tenant, jonas, asked)
    with database.unit(tenant.id) as uow:
        assert purging.purge(uow) == 0
        uow.session.get_one(Request, asked).closed_at -= timedelta(days=4_000)
    with database.unit(tenant.id) as uow:
        assert purging.purge(uow) == 2
    with database.unit(tenant.id) as uow:
        assert uow.session.scalar(select(func.count()).select_from(StoredChunk)) == 0
    found = details(database, tenant, mira, asked)
    assert [(one.name, one.file_id) for one in found.shown_files] == [("offer.pdf", None), ("camera.png", None)]
    with pytest.raises(NotFound):
        attaching.find(found.attachments, found.attachments[0].id)


def test_what_nothing_takes_goes_after_a_day(database, tenant, mira, asked):
    with database.unit(tenant.id, mira.actor) as uow:
        [left] = hand_in(uow)
        left_id = left.id
    with database.unit(tenant.id) as uow:
        assert storing.purge(uow) == 0
        uow.session.get_one(StoredFile, left_id).expires_at = uow.now
    with database.unit(tenant.id) as uow:
        assert storing.purge(uow) == 1
        assert uow.session.scalar(select(func.count()).select_from(StoredFile)) == 2


def test_requests_of_steps_have_none(database, tenant, jonas):
    request_id = make_request(database, tenant, [jonas])
    with database.unit(tenant.id) as uow:
        assert uow.session.get_one(Request, request_id).attachments == []
