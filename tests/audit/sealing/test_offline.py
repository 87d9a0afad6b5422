"""An archive verifies by its files alone, and whatever is changed in it is found and named."""

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
from studio.audit.sealing import archive, keys, offline
from studio.audit.sealing.signing import PublicKey
from studio.core.crypto import Keyring
from tests.audit.sealing.conftest import add, seal

EVENTS = 23
CHANGES = ("byte", "drop", "swap", "double", "cut", "slip in")
slow_fixture = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Memory:
    """An archive that lies nowhere."""

    def __init__(self, files):
        self.files = files

    def names(self):
        return list(self.files)

    def open(self, name):
        return io.BytesIO(self.files[name])


def files_of(units, workspace, keyring, **options):
    whole = b"".join(archive.archive(partial(units.unit, workspace), keyring, **options))
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture
def files(units, workspace, jonas, keyring):
    """Twenty-three events, twenty of them sealed by two keys, somebody forgotten in between."""
    add(units, workspace, jonas, 11)
    seal(units, workspace, keyring)
    with units.unit() as uow:
        keys.rotate(uow, keyring)
    add(units, workspace, jonas, 9)
    with units.unit(workspace, jonas) as uow:
        forget(uow, "nobody", "n-1", also=["no. 3 "])
    add(units, workspace, jonas, EVENTS - 21)
    seal(units, workspace, keyring)
    return Memory(files_of(units, workspace, keyring))


def lines_of(archived):
    files = archived.files
    names = sorted(name for name in files if name.startswith("events/"))
    return [line for name in names for line in files[name].splitlines(keepends=True)]


def with_lines(archived, lines):
    rest = {name: text for name, text in archived.files.items() if not name.startswith("events/")}
    return Memory({**rest, "events/000001.jsonl": b"".join(lines)})


def test_it_fits_as_it_was_written(files):
    report = offline.verify_files(files)
    assert (report.bad, report.checked, report.segments, report.sealed) == (None, EVENTS, 4, 20)
    assert report.erased > 0
    assert len(report.key_ids) == 2


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@slow_fixture
@given(st.integers(0, EVENTS - 1), st.sampled_from(CHANGES), st.integers(0, 10_000), st.integers(1, 255))
def test_any_change_of_the_events_is_found_and_the_first_one_named(files, at, change, place, flipped):
    lines = lines_of(files)
    named = at + 1
    if change == "byte":
        place %= len(lines[at]) - 1
        lines[at] = lines[at][:place] + bytes([lines[at][place] ^ flipped]) + lines[at][place + 1 :]
    elif change == "drop":
        del lines[at]
    elif change == "swap":
        other = (at + 1 + place % (EVENTS - 1)) % EVENTS
        lines[at], lines[other] = lines[other], lines[at]
        named = min(at, other) + 1
    elif change == "double":
        lines.insert(at, lines[at])
        named = at + 2
    elif change == "cut":
        del lines[at:]
    else:
        lines[at] = lines[at].rstrip(b"}\n") + b'},"severity":"critical"}\n'
    bad = offline.verify_files(with_lines(files, lines)).bad
    assert bad is not None
    assert bad.seq == named


def parsed(text):
    """What a file says, however it is spaced; the text itself where it says nothing."""
    try:
        return [json.loads(line) for line in text.splitlines()] if text.count(b"\n{") else json.loads(text)
    except ValueError:
        return text


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@slow_fixture
@given(st.sampled_from([archive.MANIFESTS, archive.KEYS, archive.STATEMENT]), st.integers(0, 10_000), st.booleans())
def test_any_change_of_manifests_keys_and_statement_is_found(files, name, place, cut):
    text = files.files[name]
    place %= len(text)
    changed = text[:place] if cut else text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :]
    if parsed(changed.lower()) == parsed(text.lower()):
        return  # another way to write the same: a blank, the case of a hex digit
    try:
        report = offline.verify_files(Memory({**files.files, name: changed}))
    except offline.Unreadable:
        return
    assert report.bad is not None


def test_manifests_that_are_gone_or_swapped_are_found(files):
    lines = files.files[archive.MANIFESTS].splitlines(keepends=True)
    for kept, seq in (
        (lines[1:], 1),
        (lines[:2] + lines[3:], 11),
        (lines[:-1], 16),
        ([*lines[:2], lines[3], lines[2]], 11),
    ):
        bad = offline.verify_files(Memory({**files.files, archive.MANIFESTS: b"".join(kept)})).bad
        assert bad is not None
        assert bad.seq == seq


def test_an_archive_that_somebody_forged_with_a_key_of_their_own_fits_none_that_was_kept(
    units, workspace, jonas, keyring, files
):
    pinned = [PublicKey.of(one) for one in json.loads(files.files[archive.KEYS])]
    assert offline.verify_files(files, pinned).ok
    assert offline.verify_files(files, pinned[:1]).ok, "the second is endorsed by the first"
    stranger = PublicKey(1, "ab" * 32, pinned[0].made_at, "00")
    bad = offline.verify_files(files, [stranger]).bad
    assert bad is not None
    assert "nobody vouches" in bad.problem


def test_without_what_tells_of_people_it_fits_as_well(units, workspace, keyring, files):
    kept = files_of(units, workspace, keyring, personal=False)
    assert offline.verify_files(Memory(kept)).ok
    assert not any("Jonas" in text.decode() for text in kept.values())
    assert "Jonas" in files.files["events/000001.jsonl"].decode()


def test_by_command(units, workspace, jonas, tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_DATA", str(tmp_path))
    run = partial(CliRunner().invoke, audit, obj=units)
    add(units, workspace, jonas, 8)
    assert "2 segments closed" in run(["seal"]).output
    (tmp_path / "keys.json").write_text(run(["public-key"]).output)
    whole = run(["export", "--workspace", str(workspace), "--format", "sealed"]).stdout_bytes
    (tmp_path / "trail.zip").write_bytes(whole)
    words = ["verify", "--files", str(tmp_path / "trail.zip")]
    assert "8 events, all in order" in run(["verify"]).output
    assert "compare them" in run(words).output
    kept = run([*words, "--public-key", str(tmp_path / "keys.json")])
    assert (kept.exit_code, "2 sealed segments, to event 8" in kept.output) == (0, True)
    assert "Key 2 signs" in run(["rotate-key"]).output
    with zipfile.ZipFile(tmp_path / "trail.zip") as file:
        file.extractall(tmp_path / "unpacked")
    events = tmp_path / "unpacked" / "events" / "000001.jsonl"
    events.write_text(events.read_text().replace('"seq":4', '"seq":5', 1))
    broken = run(["verify", "--files", str(tmp_path / "unpacked")])
    assert (broken.exit_code, "broken at event 4" in broken.stderr) == (1, True)
    (tmp_path / "trail.zip").write_bytes(whole[:100])
    assert "cannot be read" in run(words).stderr


def test_the_first_archive_makes_the_key(units, workspace, jonas):
    add(units, workspace, jonas, 1)
    report = offline.verify_files(Memory(files_of(units, workspace, Keyring({1: b"k" * 32}))))
    assert (report.ok, report.segments, report.checked) == (True, 0, 1)
