"""A pack verifies by its files alone, and whatever is changed in it is found and named."""

import io
import json
import zipfile
from functools import partial

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.audit import forget
from studio.audit.commands import audit
from studio.audit.listing import Filter, stream
from studio.audit.models import AuditSegment
from studio.audit.packs import checking, layout, proving
from studio.audit.packs.writing import Pack
from studio.audit.sealing import archive, closing, keys, merkle, offline
from studio.audit.sealing.signing import PublicKey, public_of
from tests.audit.sealing.conftest import add, seal

RECORDS = [{"id": f"a-{number}", "title": f"Refund no. {number}", "amount": "420.00"} for number in range(30)]
many = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def pack_of(units, workspace, keyring, records=RECORDS):
    """A pack of records, a page, and every event of a workspace with its proof."""
    with units.unit(workspace) as uow:
        rows = uow.session.query(AuditSegment).order_by(AuditSegment.number).all()
        public, signer = keys.public_keys(uow), keys.signer(uow, keyring)
    trees = {row.number: (row, merkle.Tree(merkle.split(row.leaves))) for row in rows}
    events = []
    for seq, one in enumerate(stream(partial(units.unit, workspace), Filter()), 1):
        row, tree = next(found for found in trees.values() if found[0].first_seq <= seq <= found[0].last_seq)
        at = seq - row.first_seq
        events.append(proving.record(one, row.number, at, tree.path(at)))
    pack = Pack({"workspace_id": str(workspace), "pack_id": "p-1", "made_at": "2026-11-01T00:00:00.000000Z"})
    pack.add("index.html", b"<!doctype html><p>" + b"What was decided. " * 40)
    pack.add_lines("approvals-000001.jsonl", records)
    pack.add_lines("audit/events-000001.jsonl", events)
    pack.add_lines(layout.SEGMENTS, [closing.signed(row).line() for row in rows])
    pack.close(public, signer)
    return pack.taken()


@pytest.fixture
def made(units, workspace, jonas, keyring):
    add(units, workspace, jonas, 11)
    seal(units, workspace, keyring, early=True)
    with units.unit() as uow:
        keys.rotate(uow, keyring)
    add(units, workspace, jonas, 6)
    seal(units, workspace, keyring, early=True)
    return pack_of(units, workspace, keyring)


def checked(path, pinned=None):
    try:
        with offline.opened(path) as files:
            assert checking.is_pack(files) or path.stat().st_size
            return checking.check(files, pinned, path=path)
    except offline.Unreadable as error:
        report = checking.PackReport()
        report.add("archive", str(error))
        return report


def named(path, pinned=None):
    return " | ".join(map(str, checked(path, pinned).altered))


def again(whole, change):
    """The same archive with its files changed, zipped by somebody else."""
    with zipfile.ZipFile(io.BytesIO(whole)) as old:
        files = {name: old.read(name) for name in old.namelist()}
        comment = old.comment
    files = change(files) or files
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in files.items():
            new.writestr(layout.info(name), data)
        new.comment = comment
    return out.getvalue()


@pytest.fixture
def path(tmp_path, made):
    written = tmp_path / "pack.zip"
    written.write_bytes(made)
    return written


def test_a_pack_is_in_order_and_its_events_are_proven(path):
    report = checked(path)
    assert report.ok, report.altered
    assert (report.files, report.events, len(report.key_ids)) == (5, 17, 2)


def test_the_same_pack_has_the_same_bytes(units, workspace, made, keyring):
    assert pack_of(units, workspace, keyring) == made


@many
@given(data=st.data())
def test_any_byte_that_differs_is_found_and_named(path, made, data):
    at = data.draw(st.integers(0, len(made) - 1))
    other = data.draw(st.integers(1, 255))
    target = path.with_name("flipped.zip")
    target.write_bytes(made[:at] + bytes([made[at] ^ other]) + made[at + 1 :])
    report = checked(target)
    assert report.altered
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        infos = file.infolist()
        inside = [one for one in infos if one.header_offset <= at]
        directory = file.start_dir
    if at < directory:
        assert inside[-1].filename in " ".join(map(str, report.altered))


@many
@given(data=st.data())
def test_any_bit_of_the_directory_and_the_end_is_found(path, made, data):
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        at = data.draw(st.integers(file.start_dir, len(made) - 1))
    target = path.with_name("flipped.zip")
    target.write_bytes(made[:at] + bytes([made[at] ^ (1 << data.draw(st.integers(0, 7)))]) + made[at + 1 :])
    assert checked(target).altered


@pytest.mark.parametrize("junk", [b"\0", b"PK\x05\x06", b"more of it" * 50])
def test_bytes_before_and_behind_are_found(path, made, junk):
    for whole in (junk + made, made + junk, made[: -len(junk)]):
        target = path.with_name("grown.zip")
        target.write_bytes(whole)
        assert checked(target).altered


def test_a_changed_record_is_named(path, made):
    def change(files):
        files["approvals-000001.jsonl"] = files["approvals-000001.jsonl"].replace(b"no. 17", b"no. 71")

    path.write_bytes(again(made, change))
    assert "approvals-000001.jsonl, record 18 (a-17): it was changed" in named(path)


def test_files_that_are_added_taken_away_or_there_twice_are_named(path, made):
    path.write_bytes(again(made, lambda files: {**files, "more.txt": b"!"}))
    assert "more.txt: it was added" in named(path)
    path.write_bytes(again(made, lambda files: {name: data for name, data in files.items() if name != "index.html"}))
    assert "index.html: it is missing" in named(path)
    path.write_bytes(
        again(made, lambda files: {**files, "index.htmm": files["index.html"]}).replace(b".htmm", b".html")
    )
    assert "index.html: it is in the archive more than once" in named(path)


def test_a_list_that_was_written_anew_is_found_by_its_seal(path, made):
    """Whoever changes a record and mends the list of files cannot sign it."""

    def change(files):
        page = files["index.html"] = b"Another page"
        whole = json.loads(files[layout.MANIFEST])
        for one in whole["files"]:
            if one["path"] == "index.html":
                one |= {"size": len(page), "sha256": layout.hashlib.sha256(page).hexdigest()}
        files[layout.MANIFEST] = layout.json_bytes(whole)

    path.write_bytes(again(made, change))
    assert "manifest.json: it is not the list of files that was sealed" in named(path)


def test_a_pack_signed_by_somebody_else_is_refused_with_keys_kept_elsewhere(units, workspace, path, made):
    with units.unit() as uow:
        ours = keys.public_keys(uow)
    assert checked(path, ours).ok
    other = bytes(range(32))
    theirs = PublicKey(1, public_of(other), "2026-11-01T00:00:00.000000Z", "")
    assert "nobody vouches for" in named(path, [theirs])


def test_a_folder_is_checked_as_its_archive_is(path, made, tmp_path):
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as file:
        file.extractall(folder)
    with offline.opened(folder) as files:
        assert checking.check(files).ok
    (folder / "index.html").write_bytes(b"Another page")
    with offline.opened(folder) as files:
        assert str(checking.check(files).altered[0]) == "index.html: its content was changed"


def test_what_was_erased_is_gone_and_the_proofs_hold(units, workspace, jonas, made, keyring, path):
    with units.unit(workspace, jonas) as uow:
        forget(uow, "user", jonas.id)
    seal(units, workspace, keyring, early=True)
    whole = pack_of(units, workspace, keyring)
    path.write_bytes(whole)
    assert checked(path).ok
    with zipfile.ZipFile(path) as file:
        assert "Jonas" not in file.read("audit/events-000001.jsonl").decode().split('"seq":18')[0]


def test_an_event_under_another_root_is_named(units, workspace, made, path, keyring):
    """Of a pack that was signed with an event that the trail never had."""
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        events = [json.loads(line) for line in file.read("audit/events-000001.jsonl").splitlines()]
        segments = [json.loads(line) for line in file.read(layout.SEGMENTS).splitlines()]
    events[3]["event"]["action"] = "approval.declined"
    pack = Pack({"workspace_id": str(workspace), "pack_id": "p-1", "made_at": "2026-11-01T00:00:00.000000Z"})
    pack.add_lines("audit/events-000001.jsonl", events)
    pack.add_lines(layout.SEGMENTS, segments)
    with units.unit(workspace) as uow:
        pack.close(keys.public_keys(uow), keys.signer(uow, keyring))
    path.write_bytes(pack.taken())
    assert named(path) == "audit/events-000001.jsonl, record 4: event 4 does not have the hash that is said of it"


def test_the_command_tells_what_was_altered(path, made):
    fine = CliRunner().invoke(audit, ["verify", str(path)])
    assert fine.exit_code == 0, fine.output
    assert "5 files and 17 audit events, all as they were sealed" in fine.output
    path.write_bytes(again(made, lambda files: {**files, "index.html": b"Another page"}))
    bad = CliRunner().invoke(audit, ["verify", str(path)])
    assert bad.exit_code == 1
    assert "altered: index.html: its content was changed." in bad.output
    path.write_bytes(made[:-2000])
    cut = CliRunner().invoke(audit, ["verify", str(path)])
    assert cut.exit_code == 1
    assert "list of its files cannot be read" in cut.output


def test_the_command_checks_archives_of_the_whole_trail_as_well(units, workspace, made, path, keyring):
    path.write_bytes(b"".join(archive.archive(partial(units.unit, workspace), keyring)))
    done = CliRunner().invoke(audit, ["verify", str(path)])
    assert done.exit_code == 0, done.output
    assert "17 events, all in order" in done.output
