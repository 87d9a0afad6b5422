"""The rules of syncs, without a database: when, what, and what a page brings."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from studio.connectors.syncing import policy, telling_apart
from studio.connectors.syncing.outcomes import LIVE, Change, Doing, Kind, SyncState
from studio.connectors.syncing.telling_apart import Known, told_apart
from studio.connectors.syncs.stream import Deletions, Page

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=60))
RECORDS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3))


@given(st.lists(st.sampled_from(Doing), max_size=30))
def test_only_people_let_a_sync_go_on_that_was_paused_or_switched_off(events):
    state = SyncState.IDLE
    for doing in events:
        after = policy.following(state, doing)
        if after is None:
            continue
        if state is SyncState.PAUSED:
            assert doing in (Doing.RESUME, Doing.DISABLE)
        if state is SyncState.DISABLED:
            assert doing is Doing.ENABLE
        if doing in (Doing.END, Doing.FALL, Doing.STOP, Doing.LIMIT, Doing.HOLD):
            assert state is SyncState.RUNNING, "only who reads can end"
        state = after


def test_every_state_can_be_reached_and_every_live_one_is_taken_and_paused():
    reached = {SyncState.IDLE}
    for _ in SyncState:
        reached |= {after for state in reached for doing in Doing if (after := policy.following(state, doing))}
    assert reached == set(SyncState)
    assert all(policy.following(state, Doing.TAKE) is SyncState.RUNNING for state in LIVE)
    assert all(policy.following(state, Doing.PAUSE) is SyncState.PAUSED for state in LIVE)
    assert policy.following(SyncState.RATE_LIMITED, Doing.ASK) is SyncState.RATE_LIMITED


@given(st.integers(1, 10_000), st.one_of(st.none(), st.floats(0, 1e9)), st.floats(0, 1))
def test_pauses_grow_never_hurry_the_provider_and_have_an_end(failures, asked, part):
    pause = policy.pause_s(failures, asked, part)
    assert policy.FIRST_S / 2 <= pause <= policy.LONGEST_LIMITED_S
    assert pause >= min(asked or 0, policy.LONGEST_LIMITED_S)
    assert policy.pause_s(failures + 1, asked, part) >= pause
    assert 1 <= policy.limited_s(asked) <= policy.LONGEST_LIMITED_S
    assert asked is None or policy.limited_s(asked) >= min(asked, policy.LONGEST_LIMITED_S)


@given(st.integers(0, 100), SPANS, st.booleans())
def test_nobody_is_told_of_one_failure_nor_twice_and_short_troubles_switch_nothing_off(failures, failing, told):
    tells = policy.is_to_tell(failures, failing, told=told)
    assert not (tells and (told or failures < 2))
    assert tells or told or failures < 2 or (failures < policy.TOLD_AT and failing < policy.TOLD_AFTER)
    assert not policy.is_off(failures, failing) or (failures >= policy.OFF_AT and failing >= policy.OFF_AFTER)


@given(st.sampled_from(Deletions), st.booleans(), st.one_of(st.none(), SPANS))
def test_the_first_pass_reads_everything_and_only_whole_passes_find_what_is_gone(deletions, by_changes, ago):
    full_at = None if ago is None else NOW - ago
    kind = policy.kind_of_next(
        deletions=deletions, by_changes=by_changes, full_at=full_at, full_every_s=86_400, now=NOW
    )  # fmt: skip
    assert (kind is Kind.FIRST) == (full_at is None)
    if full_at is not None and not by_changes:
        assert kind is Kind.FULL
    if kind is Kind.FULL and by_changes:
        assert deletions is Deletions.FULL_LISTING
        assert ago >= timedelta(days=1)
    if policy.sweeps(kind, deletions):
        assert kind is Kind.FULL


def page(records, deleted=()):
    found, refused = telling_apart.given(Page([{"id": key, "v": value} for key, value in records], None, True), "id")
    assert refused == 0
    return found, tuple(deleted)


@given(st.lists(st.tuples(RECORDS, st.sets(st.sampled_from("abcdef"))), max_size=8))
def test_pages_one_after_another_leave_what_the_provider_has_and_each_change_is_told_once(pages):
    known: dict[str, Known] = {}
    there: dict[str, int] = {}
    for records, deleted in pages:
        found, gone = page(records.items(), deleted)
        apart = told_apart(found, gone, known)
        expected = {key: value for key, value in records.items() if key not in deleted}
        assert {one.external_id for change, one in apart.written if change is Change.ADDED} == set(expected) - set(
            there
        )
        changed = {key for key in expected if key in there and there[key] != expected[key]}
        assert {one.external_id for change, one in apart.written if change is Change.UPDATED} == changed
        assert set(apart.deleted) == deleted & set(there)
        assert set(apart.unchanged) == set(expected) & set(there) - changed
        for _change, one in apart.written:
            known[one.external_id] = Known(one.hash, gone=False)
        for key in apart.deleted:
            known[key] = Known(known[key].hash, gone=True)
        there = {key: value for key, value in (there | expected).items() if key not in deleted}
        again = told_apart(found, gone, known)
        assert (again.written, again.deleted) == ([], []), "the same page once more changes nothing"


def test_the_order_of_fields_is_no_change_and_the_last_of_one_id_holds():
    records = [{"id": 7, "a": 1, "b": {"x": 1, "y": 2}}, {"b": {"y": 2, "x": 1}, "a": 1, "id": 7}]
    hashes = [telling_apart.given(Page([one], None, True), "id")[0]["7"].hash for one in records]
    assert hashes[0] == hashes[1]
    found, _ = telling_apart.given(Page([{"id": "a", "v": 1}, {"id": "a", "v": 2}], None, True), "id")
    assert found["a"].data["v"] == 2


def test_what_has_no_id_or_cannot_be_kept_is_counted():
    bad = [None, "x", {}, {"id": ""}, {"id": " "}, {"id": None}, {"id": True}, {"id": "x\0"}, {"id": "y" * 201},
           {"id": "n", "v": 2**70}, {"id": "s", "v": "\ud800"}, {"id": "l", "v": "z" * 270_000}]  # fmt: skip
    found, refused = telling_apart.given(Page([*bad, {"id": "good"}], None, True), "id")
    assert (set(found), refused) == ({"good"}, len(bad))
