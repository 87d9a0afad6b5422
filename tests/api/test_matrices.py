"""Approval matrices, by the API."""

from tests.factories.approvals import listen, make_request
from tests.factories.matrices import HEAD

HERE = "/api/v1/approval-matrices"


def document(tenant, *rows, otherwise=None):
    return {
        "hits": "first",
        "columns": [{"name": "Amount", "kind": "number", "unit": "EUR"}, {"name": "Country", "kind": "text"}],
        "rows": [{"when": list(row), "approvers": [f"user:{tenant['owner'].email}"]} for row in rows],
        "otherwise": otherwise,
    }


def test_a_matrix_from_making_to_deleting(api, tenant):
    made = api.post(HERE, json={"name": "Refunds", "document": document(tenant, ("<500", ""))})
    assert (made.status_code, made.json["version"], made.json["revision"]) == (201, 0, 1)
    one = f"{HERE}/{made.json['id']}"
    [gap] = api.get(f"{one}/findings").json["data"]
    assert (gap["path"], gap["code"], gap["refused"]) == ("rows", "table.gap", True)
    refused = api.post(f"{one}/publish", json={"revision": 1})
    assert (refused.status_code, refused.json["code"]) == (422, "table.gap")
    whole = document(tenant, ("< 500", ""), (">=500", ""))
    saved = api.put(one, json={"document": whole, "revision": 1})
    assert saved.json["draft"]["rows"][0]["when"] == ["<500", ""]
    assert api.put(one, json={"document": whole, "revision": 1}).json["code"] == "matrix_changed"
    published = api.post(f"{one}/publish", json={"revision": 2, "note": "Agreed"})
    assert (published.status_code, published.json["number"], published.json["note"]) == (200, 1, "Agreed")
    assert [one["field"] for one in published.json["changes"]] == ["Columns", "Row 1", "Row 2"]
    assert [row["number"] for row in api.get(f"{one}/versions").json["data"]] == [1]
    assert [row["name"] for row in api.get(HERE).json["data"]] == ["Refunds"]
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_what_cannot_be_read_is_refused_at_its_cell(api, tenant):
    wrong = document(tenant, ("lots", ""))
    refused = api.post(HERE, json={"name": "Refunds", "document": wrong})
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "rows.0.0")
    refused = api.post(HERE, json={"name": "Refunds", "document": document(tenant, ("<5",))})
    assert refused.json["errors"][0]["code"] == "table.cells"
    endless = document(tenant, ("<5", ""))
    endless["rows"][0]["approvers"] = ["group:Finance", "group:" + "x" * 10_000]
    refused = api.post(HERE, json={"name": "Refunds", "document": endless})
    [said] = refused.json["errors"]
    assert (refused.status_code, said["path"]) == (422, "document.rows.0.approvers.1")
    assert said["code"] == "body.bounds"
    assert api.get(HERE).json["data"] == []


def test_csv_there_and_back(api, tenant):
    made = api.post(HERE, json={"name": "Refunds", "document": document(tenant, ("<500", "DE, AT"))})
    one = f"{HERE}/{made.json['id']}"
    text = api.get(f"{one}/csv").json["csv"]
    assert text.startswith(HEAD)
    assert api.put(f"{one}/csv", json={"csv": text}).json["revision"] == 1
    refused = api.put(f"{one}/csv", json={"csv": text.replace("Country: text", "Country")})
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "columns.1")


def test_whom_it_would_ask_and_would_have_asked(api, tenant, database):
    listen()
    made = api.post(HERE, json={"name": "Refunds", "document": document(tenant, ("<500", ""))})
    one = f"{HERE}/{made.json['id']}"
    answer = api.post(f"{one}/ask", json={"facts": {"Amount": "5", "Country": "DE"}}).json
    assert (answer["rows"], answer["labels"], answer["why"]) == ([1], "row 1", "Amount <500 EUR")
    refused = api.post(f"{one}/ask", json={"facts": {"Amount": 900, "Country": "DE"}})
    assert (refused.status_code, refused.json["code"]) == (422, "matrix.no_row")
    make_request(database, tenant, [tenant["owner"]], amount="420.00", currency="EUR")
    [tried] = api.get(f"{one}/tried").json["data"]
    assert (tried["rows"], tried["same"], tried["problem"]) == ("row 1", True, "")
    assert api.get(f"{one}/tried?most=201").status_code == 422
