"""Deltas and streams: the same flags as the whole document says, however many changes lie between."""

import json
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.flags.evaluation.deltas import apply
from studio.flags.serving import deltas, streaming
from studio.flags.serving.document import assemble
from studio.flags.serving.held import REMEMBERED, Held

ON = {"name": "a", "enabled": True, "strategies": [{"name": "default", "segments": [1]}]}
ID = UUID(int=7)

flags_ = st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.booleans(), st.sampled_from([(), (1,), (2,), (1, 2)])))


def document(revision: int, flags: dict):
    rows = [
        SimpleNamespace(
            id=ID, key=key, kind="boolean", purpose="release", description="", off_value=None, dependencies=[],
            impression_data=False, enabled=on, strategies=[{"name": "default", "segments": list(named)}], variants=[],
        )
        for key, (on, named) in sorted(flags.items())
    ]  # fmt: skip
    return assemble("production", revision, "shop", rows, {1: [], 2: []})


@given(st.lists(flags_, min_size=1, max_size=6), st.integers(0, 5))
def test_a_delta_leads_to_the_document_of_now(states, known):
    held = Held(ID, ID, document(1, states[0]))
    seen = {1: json.loads(held.document.body)}
    for revision, flags in enumerate(states[1:], 2):
        held = held.followed_by(document(revision, flags))
        seen[revision] = json.loads(held.document.body)
    since = min(known + 1, len(states))
    events = json.loads(deltas.since(held, since))["events"]
    got = apply(seen[since], events)
    now = json.loads(held.document.body)
    assert sorted(got["features"], key=lambda one: one["name"]) == now["features"]
    assert sorted(got["segments"], key=lambda one: one["id"]) == now["segments"]
    assert all(event["type"] != "hydration" for event in events)


def test_only_so_much_of_the_past_is_remembered():
    held = Held(ID, ID, document(1, {}))
    for revision in range(2, 60):
        held = held.followed_by(document(revision, {"a": (revision % 2 == 0, ())}))
    assert len(held.earlier) == REMEMBERED
    assert json.loads(deltas.since(held, 1))["events"][0]["type"] == "hydration"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_delta_is_asked_for_with_the_tag_of_the_last_one(flag_shop):
    flag_shop.put(ON, segments=[{"id": 1, "constraints": []}])
    first = flag_shop.ask("/api/client/delta")
    assert [event["type"] for event in first.json["events"]] == ["hydration"]
    tag = {"If-None-Match": first.headers["ETag"]}
    assert flag_shop.ask("/api/client/delta", headers=tag).status_code == 304
    flag_shop.put({"name": "b", "enabled": True})
    changed = flag_shop.ask("/api/client/delta", headers=tag).json["events"]
    assert {event["type"] for event in changed} == {"feature-updated", "feature-removed", "segment-removed"}
    for garbage in ('W/"000000000000:1"', "x" * 9_000, '"1"'):
        told = flag_shop.ask("/api/client/delta", headers={"If-None-Match": garbage}).json["events"]
        assert [event["type"] for event in told] == ["hydration"], garbage


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_stream_tells_everything_then_changes_and_ends_with_its_key(flag_shop, monkeypatch):
    monkeypatch.setattr(streaming, "LOOK_S", 0.01)
    flag_shop.put(ON)
    answer = flag_shop.ask("/api/client/streaming", buffered=False)
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    parts = iter(answer.response)
    first = next(parts).decode()
    assert first.startswith("event: unleash-connected\nid: ")
    assert json.loads(first.partition("data: ")[2])["events"][0]["features"][0]["name"] == "a"
    flag_shop.put({**ON, "enabled": False})
    changed = next(parts).decode()
    assert changed.startswith("event: unleash-updated\n")
    assert json.loads(changed.partition("data: ")[2])["events"][0]["feature"]["enabled"] is False
    flag_shop.app.extensions["studio_flag_serving"].streaming.stop()
    assert list(parts) == []
    over = flag_shop.ask("/api/client/streaming")
    assert (over.status_code, over.headers["Retry-After"]) == (429, "60")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_only_so_many_streams_are_open_and_each_that_ends_makes_room(flag_shop):
    flag_shop.put(ON)
    opened = [flag_shop.ask("/api/client/streaming", buffered=False) for _ in range(streaming.MOST)]
    assert {one.status_code for one in opened} == {200}
    assert flag_shop.ask("/api/client/streaming").status_code == 429
    opened[0].close()
    again = flag_shop.ask("/api/client/streaming", buffered=False)
    assert again.status_code == 200
    for one in (*opened[1:], again):
        one.close()
