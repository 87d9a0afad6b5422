"""The audit export, by the API."""

import pytest
from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.export.outcomes import LetterState, State
from tests.factories.exports import ExportHouse

DOCUMENT = {
    "processors": {"ocsf": None},
    "exporters": {"file": {}},
    "service": {"pipelines": {"logs": {"receivers": ["audit"], "processors": ["ocsf"], "exporters": ["file"]}}},
}
PIPELINES = "/api/v1/export/pipelines"
DESTINATIONS = "/api/v1/export/destinations"


@pytest.fixture
def house(app, tenant):
    return ExportHouse(app, tenant, app.extensions["studio_export"].folder)


def recorded(house, action):
    with house.unit() as uow:
        return uow.session.scalars(select(AuditEvent.action).where(AuditEvent.action == action)).all()


def test_pipelines_from_setting_up_to_removing(api, house):
    assert api.get(PIPELINES).json == {
        "version": 0, "text": "", "document": None, "pipelines": [], "changed_at": None
    }  # fmt: skip
    assert api.delete(PIPELINES).json["code"] == "nothing_set_up"
    made = api.put(PIPELINES, json={"document": DOCUMENT, "version": 0})
    assert (made.status_code, made.json["version"], made.json["document"]) == (200, 1, DOCUMENT)
    assert made.json["pipelines"] == [
        {"name": "logs", "processors": ["ocsf"], "exporters": ["file"], "from_beginning": False}
    ]
    assert api.put(PIPELINES, json={"document": DOCUMENT, "version": 0}).json["code"] == "export.stale"
    text = f"# as YAML\n{made.json['text']}"
    assert api.put(PIPELINES, json={"text": text}).json["version"] == 2
    assert api.get(PIPELINES).json["text"] == text
    assert api.delete(PIPELINES).status_code == 204
    assert api.get(PIPELINES).json["version"] == 0
    assert api.get(DESTINATIONS).json["data"] == []
    place = house.destination("file").cursor
    house.record(2)
    assert api.put(PIPELINES, json={"document": DOCUMENT}).json["version"] == 4
    assert house.destination("file").cursor == place  # it goes on where it stopped


def test_what_is_wrong_is_refused_with_its_path_and_recorded_and_what_ran_goes_on(api, house):
    api.put(PIPELINES, json={"document": DOCUMENT})
    bad = DOCUMENT | {"processors": {"ocsf": None, "fold": {}}}
    refused = api.put(PIPELINES, json={"document": bad})
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "processors.fold")
    assert refused.json["errors"][0]["code"] == "export.unknown_processor"
    inside = {"webhook/in": {"endpoint": "https://10.0.0.7/", "secret": "${secret:none}"}}
    both = {"logs": {"receivers": ["audit"], "exporters": ["webhook/in"]}}
    private = api.put(PIPELINES, json={"document": {"exporters": inside, "service": {"pipelines": both}}})
    assert "export.private_address" in [one["code"] for one in private.json["errors"]]
    assert len(recorded(house, "export.refused")) == 2
    assert api.get(PIPELINES).json["version"] == 1
    for body in ({}, {"text": "a", "document": {}}):
        assert api.put(PIPELINES, json=body).status_code == 422


def test_a_document_is_tried_on_real_events_before_it_holds(api, house):
    house.record(2)
    shown = api.post(f"{PIPELINES}/preview", json={"document": DOCUMENT}).json
    [pipeline] = shown["pipelines"]
    newest = pipeline["events"][-1]
    assert (newest["action"], newest["sent"]["class_uid"], newest["problem"]) == ("audit.verified", 6003, "")
    assert newest["recorded"]["metadata"] == {"checked": 1}
    assert api.get(PIPELINES).json["version"] == 0


def test_a_destination_is_tested_paused_resumed_and_replayed(api, house):
    api.put(PIPELINES, json={"document": DOCUMENT})
    house.record(3)
    [row] = api.get(DESTINATIONS).json["data"]
    assert (row["state"], row["pipeline"], row["exporter"]) == ("active", "logs", "file")
    assert row["lag"] >= 3
    assert row["oldest_waits_s"] >= 0
    one = f"{DESTINATIONS}/{row['id']}"
    assert api.post(f"{one}/test").json == {"sent": True, "fate": "sent", "code": "", "said": ""}
    assert recorded(house, "export.tested")
    assert api.post(f"{one}/pause").json["state"] == "paused"
    assert api.post(f"{one}/pause").json["code"] == "export.not_running"
    assert api.post(f"{one}/resume").json["state"] == "active"
    house.delivery().drain()
    done = api.get(one).json
    assert (done["lag"], done["oldest_waits_s"]) == (0, None)
    again = api.post(f"{one}/replay", json={"since": "2020-01-01T00:00:00Z"})
    assert again.json == {"events": done["cursor"]}
    assert api.post(f"{one}/replay", json={"since": "2020-01-01T00:00:00Z"}).json["code"] == "export.nothing_to_replay"


def test_dead_letters_are_listed_sent_again_and_dropped(api, house):
    api.put(PIPELINES, json={"document": DOCUMENT})
    house.record(1)
    row = house.destination("file")
    house.letter(row, "http.422")
    one = f"{DESTINATIONS}/{row.id}"
    [letter] = api.get(f"{one}/dead-letters").json["data"]
    assert (letter["code"], letter["state"]) == ("http.422", "dead")
    assert api.get(one).json["dead_letters"] == 1
    assert api.post(f"{one}/dead-letters/retry").json == {"letters": 1}
    assert [one.state for one in house.letters()] == [LetterState.QUEUED]
    house.delivery().drain()
    assert [one.state for one in house.letters()] == [LetterState.DELIVERED]
    assert api.post(f"{one}/dead-letters/drop").json["code"] == "export.no_letters"
    house.letter(row, "http.422", seq=2)
    assert api.post(f"{one}/dead-letters/drop").json == {"letters": 1}
    assert house.destination("file").state == State.ACTIVE


def test_who_may_only_read_changes_nothing(caller):
    reader = caller(role="auditor")
    assert reader.get(PIPELINES).status_code == 200
    assert reader.get(DESTINATIONS).status_code == 200
    assert reader.put(PIPELINES, json={"document": DOCUMENT}).status_code == 403
    assert reader.post(f"{PIPELINES}/preview", json={"document": DOCUMENT}).status_code == 403
    assert caller(role="builder").get(PIPELINES).status_code == 403
