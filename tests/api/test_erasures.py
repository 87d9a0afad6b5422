"""A customer is erased by the API and on the page: looked for, agreed to, reported."""

from studio.core import outbox
from tests.factories.accounts import signed_in

AT = "/api/v1/workspace/erasures"
KEY = "anna.lind@example.com"


def drained(app):
    while outbox.drain(app.extensions["studio_database"]):
        pass


def test_by_the_api(app, api):
    asked = api.post(AT, json={"key": KEY, "reference": "Data request 14"})
    one = f"{AT}/{asked.json['id']}"
    assert (asked.status_code, asked.json["state"]) == (200, "looking")
    assert api.post(f"{one}/confirm").json["code"] == "erasure.state"
    drained(app)
    assert api.get(one).json["state"] == "found"
    assert api.post(f"{one}/confirm").json["state"] == "erasing"
    drained(app)
    [report] = api.get(AT).json["items"]
    assert (report["state"], report["erased_runs"], report["kept"]) == ("done", 0, [])
    assert KEY not in api.get(AT).text
    refused = api.post(AT, json={"key": "Anna", "reference": "x"})
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "key")


def test_on_the_page(app, tenant):
    admin = signed_in(app, tenant.id, tenant["admin"])
    assert "Give an email address" in admin.post("/settings/erasures", data={"key": "Anna", "reference": "x"}).text
    assert admin.post("/settings/erasures", data={"key": KEY, "reference": "Data request 14"}).status_code == 303
    assert "Looking" in admin.get("/settings/erasures").text
    drained(app)
    page = admin.get("/settings/erasures").text
    assert f"“{KEY}” was found nowhere." in page
    assert "/confirm" not in page
    [address] = [part.split('"')[0] for part in page.split('action="') if part.split('"')[0].endswith("/withdraw")]
    assert admin.post(address).status_code == 303
    report = admin.get("/settings/erasures").text
    assert "Data request 14" in report
    assert KEY not in report
    assert signed_in(app, tenant.id, tenant["auditor"]).get("/settings/erasures").status_code == 403
