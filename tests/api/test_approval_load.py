"""Load and latency by the API."""


def test_an_empty_report_and_what_is_refused(api):
    answer = api.get("/api/v1/approval-load?by=group&days=7&sort=p90")
    assert (answer.status_code, answer.json["lines"], answer.json["cut"]) == (200, [], False)
    for query in ("by=planet", "days=31", "sort=luck"):
        refused = api.get(f"/api/v1/approval-load?{query}")
        assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, query.split("=")[0])
