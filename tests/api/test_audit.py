"""The audit trail by the API."""

import json

URL = "/api/v1/audit/events"


def test_what_was_done_is_found(api, tenant):
    api.patch("/api/v1/workspace", json={"currency": "CHF"})
    api.post("/api/v1/workflows", json={"name": "Refunds"})
    newest, *_ = events = api.get(URL).json["data"]
    assert newest["action"] == "workflow.created"
    assert newest["actor"]["type"] == "api_token"
    assert newest["actor"]["on_behalf_of"] == tenant["owner"].email
    assert newest["prev_hash"] == events[1]["hash"]
    assert [one["action"] for one in api.get(f"{URL}?action=workspace").json["data"]] == ["workspace.updated"]
    assert [one["action"] for one in api.get(f"{URL}?q=refunds").json["data"]] == ["workflow.created"]
    about = {"target_type": "workflow", "target_id": newest["targets"][0]["id"]}
    assert len(api.get(URL, query_string=about).json["data"]) == 1
    assert api.get(f"{URL}?since=2100-01-01T00:00:00Z").json["data"] == []
    lone = api.get(f"{URL}?target_id=x")
    assert (lone.status_code, lone.json["errors"][0]["path"]) == (422, "target_type")


def test_events_are_paged(api):
    for number in range(4):
        api.post("/api/v1/workflows", json={"name": f"Flow {number}"})
    seqs, cursor = [], None
    while True:
        page = api.get(URL, query_string={"limit": 2} | ({"cursor": cursor} if cursor else {})).json
        seqs += [one["seq"] for one in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seqs == list(range(len(seqs), 0, -1))


def test_export_is_whole_and_is_itself_recorded(api):
    api.post("/api/v1/workflows", json={"name": "Refunds"})
    out = api.get(f"{URL}/export?action=workflow")
    assert out.mimetype == "application/x-ndjson"
    lines = [json.loads(line) for line in out.text.splitlines()]
    assert [one["action"] for one in lines] == ["workflow.created"]
    assert lines[0]["hash"]
    newest = api.get(URL).json["data"][0]
    assert (newest["action"], newest["metadata"]) == (
        "audit.exported",
        {"format": "jsonl", "filters": "action=workflow"},
    )


def test_builders_do_not_read_it(caller):
    assert caller("builder").get(URL).status_code == 403
    assert caller("auditor").get(URL).status_code == 200
    assert caller("auditor", ["runs:read"]).get(f"{URL}/export").status_code == 403


def test_the_chain_is_checked_and_the_check_is_an_event(api, caller):
    api.post("/api/v1/workflows", json={"name": "Refunds"})
    report = api.post("/api/v1/audit/verify").json
    assert (report["ok"], report["bad"]) == (True, None)
    newest = api.get(URL).json["data"][0]
    assert (newest["action"], newest["metadata"]["checked"]) == ("audit.verified", report["checked"])
    assert caller("builder").post("/api/v1/audit/verify").status_code == 403
