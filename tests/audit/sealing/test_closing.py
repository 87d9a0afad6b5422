"""Segments close by size and by time, are linked and signed, and tell where a chain was written anew."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from studio.audit.envelope import canonical, hash_of
from studio.audit.models import AuditEvent, AuditSegment
from studio.audit.sealing import closing, keys
from studio.audit.verifying import verify
from studio.core import clock
from studio.core.crypto import Keyring
from studio.core.db import open_engine
from studio.core.ids import new_id
from tests.audit.insider import as_insider
from tests.audit.sealing.conftest import add, seal


def check(units, workspace, keyring=None):
    with units.unit(workspace, read_only=True) as uow:
        return verify(uow, keyring)


def segments(units, workspace):
    with units.unit(workspace, read_only=True) as uow:
        return uow.session.scalars(select(AuditSegment).order_by(AuditSegment.number)).all()


def test_the_sweeper_seals_what_is_full_at_once_and_the_rest_after_an_hour(units, workspace, jonas, keyring):
    sealer, quiet = closing.Sealer(units, keyring), new_id()
    add(units, workspace, jonas, 12)
    add(units, quiet, jonas, 1)
    with units.unit() as uow:
        now = uow.now
    sealer(now)
    assert [(one.first_seq, one.last_seq) for one in segments(units, workspace)] == [(1, 5), (6, 10)]
    assert segments(units, quiet) == []
    clock.shift(timedelta(hours=1, seconds=1))
    sealer(now + timedelta(seconds=30))
    assert segments(units, quiet) == []
    sealer(now + timedelta(hours=1, seconds=1))
    assert [(one.first_seq, one.last_seq) for one in segments(units, workspace)][2:] == [(11, 12)]
    assert len(segments(units, quiet)) == 1
    report = check(units, workspace, keyring)
    assert (report.ok, report.checked, report.segments, report.sealed) == (True, 12, 3, 12)


def rewrite(store, store_settings, workspace, seq):
    """What somebody would do who owns the database: change one event, and every hash behind it, head included."""
    engine = open_engine(store_settings.migrate_url)
    with engine.connect() as connection:
        query = select(AuditEvent.seq, AuditEvent.body, AuditEvent.hash).where(AuditEvent.workspace_id == workspace)
        rows = connection.execute(query.order_by(AuditEvent.seq)).all()
    engine.dispose()
    hash_, statements = rows[seq - 2].hash if seq > 1 else "0" * 64, []
    for row in rows[seq - 1 :]:
        event = json.loads(row.body) | {"prev_hash": hash_}
        event["severity"] = "critical" if row.seq == seq else event["severity"]
        body = canonical(event)
        hash_ = hash_of(hash_, body)
        said = body.decode().replace("'", "''").replace(":", "\\:")
        statements.append(f"update audit_event set body = '{said}', hash = '{hash_}' where seq = {row.seq}")
    as_insider(store, store_settings, *statements, f"update audit_head set hash = '{hash_}'")


def test_a_chain_that_was_written_anew_throughout_is_found_and_its_first_event_named(
    store, store_settings, units, workspace, jonas, keyring
):
    add(units, workspace, jonas, 12)
    seal(units, workspace, keyring)
    rewrite(store, store_settings, workspace, 8)
    report = check(units, workspace)
    assert report.bad is not None
    assert (report.bad.seq, report.checked) == (8, 7)
    assert "sealed in segment 2" in report.bad.problem


def test_nothing_is_sealed_that_does_not_fit(store, store_settings, units, workspace, jonas, keyring):
    add(units, workspace, jonas, 7)
    as_insider(store, store_settings, "update audit_event set hash = 'f' where seq = 3")
    with pytest.raises(closing.ChainBroken, match="event 3"):
        seal(units, workspace, keyring)
    closing.Sealer(units, keyring)(clock.local_now())
    assert segments(units, workspace) == []


@pytest.mark.parametrize(
    "found",
    [
        ("delete from audit_segment where number = 1", 1, "missing or in another's place"),
        ("update audit_segment set manifest = replace(manifest, 'number', 'n') where number = 2", 6, "no manifest"),
        ("update audit_segment set manifest = replace(manifest, 'T', 't') where number = 2", 6, "signature does not"),
        ("update audit_segment set leaves = substr(leaves, 1, 128) where number = 2", 6, "as many as its events"),
        ("update audit_signing_key set public = '" + "ab" * 32 + "'", 1, "signing key 1 was not made"),
        ("delete from audit_signing_key", 1, "nobody vouches"),
    ],
)  # fmt: skip
def test_seals_that_were_touched_are_found(store, store_settings, units, workspace, jonas, keyring, found):
    statement, seq, problem = found
    add(units, workspace, jonas, 12)
    seal(units, workspace, keyring)
    as_insider(store, store_settings, statement)
    report = check(units, workspace, keyring)
    assert report.bad is not None
    assert report.bad.seq == seq
    assert problem in report.bad.problem


def test_a_newer_key_is_endorsed_and_one_that_slipped_in_is_not(
    store, store_settings, units, workspace, jonas, keyring
):
    add(units, workspace, jonas, 5)
    seal(units, workspace, keyring)
    with units.unit() as uow:
        keys.rotate(uow, keyring)
    add(units, workspace, jonas, 5)
    seal(units, workspace, keyring)
    report = check(units, workspace, keyring)
    assert (report.ok, report.segments, len(set(report.key_ids))) == (True, 2, 2)
    as_insider(store, store_settings, "update audit_signing_key set endorsement = '00' where number = 2")
    report = check(units, workspace)
    assert report.bad is not None
    assert (report.bad.seq, "nobody vouches" in report.bad.problem) == (6, True)
    strangers = check(units, workspace, Keyring({1: b"s" * 32}))
    assert "was not made by this installation" in strangers.bad.problem


@pytest.mark.parametrize("role", ["database_url", "engine_url"])
@pytest.mark.parametrize("table", ["audit_segment", "audit_signing_key"])
def test_neither_role_may_change_or_delete_a_seal(units, workspace, jonas, keyring, store_settings, role, table):
    add(units, workspace, jonas, 5)
    seal(units, workspace, keyring)
    engine = open_engine(getattr(store_settings, role))
    for statement in (f"update {table} set number = 7", f"delete from {table}"):
        with pytest.raises(Exception, match=r"append-only|permission denied"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()
