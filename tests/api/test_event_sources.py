"""Event sources by the API and by their pages."""

import re
from urllib.parse import urlsplit

import pytest

from tests.factories.accounts import signed_in
from tests.factories.workflows import make_workflow, refunds

ORDER = {"order": {"id": "6021", "total": 420.0, "customer": {"name": "Anna Keller"}}}
ALL = "/api/v1/event-sources"


@pytest.fixture
def app(app):
    yield app
    app.extensions["studio_engine"].stop()


def send(app, address, data=ORDER):
    return app.test_client().post(urlsplit(address).path, json=data)


def test_the_api_opens_reads_replays_makes_and_removes(api, caller, app, tenant):
    made = api.post(ALL, json={"name": "New shop", "type": "trigger.webhook"})
    assert (made.status_code, made.json["state"], made.json["kept"]) == (201, "open", 0)
    one, address = f"{ALL}/{made.json['id']}", made.json["address"]
    for number in range(3):
        assert send(app, address, {**ORDER, "number": number}).status_code == 202
    page = api.get(f"{one}/events?limit=2").json
    rest = api.get(f"{one}/events?limit=2&cursor={page['next_cursor']}").json
    assert ([len(page["data"]), len(rest["data"])], rest["next_cursor"]) == ([2, 1], None)
    event = f"{one}/events/{page['data'][0]['id']}"
    assert api.get(event).json["body"] == {**ORDER, "number": 2}

    workflow_id = str(make_workflow(app, tenant, refunds(), published=True))
    done = api.post(f"{event}/replay", json={"workflow_id": workflow_id, "trigger": ""}).json
    assert done["verdict"] == "started"
    assert api.get(f"/api/v1/runs/{done['run_id']}").status_code == 200
    assert api.post(f"{event}/replay", json={"workflow_id": "x"}).json["errors"][0]["path"] == "workflow_id"
    assert api.post(f"{event}/replay", json={"workflow_id": made.json["id"]}).status_code == 404

    deep = 1
    for _level in range(62):
        deep = [deep]
    assert send(app, address, {"order": deep}).status_code == 202
    unfit = api.post(f"{one}/events/{api.get(f'{one}/events').json['data'][0]['id']}/workflow", json={})
    said = [(wrong["path"], wrong["code"]) for wrong in unfit.json["errors"]]
    assert (unfit.status_code, said) == (422, [("event_id", "document.too_deep")])
    draft = api.post(f"{event}/workflow", json={"name": "Large orders"})
    assert draft.status_code == 201
    assert api.get(one).json["heir_id"] == draft.json["workflow_id"]
    assert [api.delete(f"{one}/heir").status_code for _ in range(2)] == [204, 204]
    assert api.get(one).json["heir_id"] is None
    told = api.get("/api/v1/audit/events?action=event_source.address_kept").json["data"]
    assert [event["metadata"] for event in told] == [{"workflow": draft.json["workflow_id"]}]
    assert api.patch(one, json={"name": "Old shop"}).json["name"] == "Old shop"
    assert api.post(f"{one}/address").json["address"] != address
    assert api.post(f"{one}/close").json["state"] == "closed"
    assert api.post(f"{one}/address").status_code == 409
    assert api.post(f"{one}/reopen").json["state"] == "open"
    assert [row["name"] for row in api.get(ALL).json["data"]] == ["Old shop"]
    reader = caller("builder", ["runs:read"])
    assert reader.get(one).json["address"] is None, "whoever knows it may send"
    assert reader.post(f"{one}/close").status_code == 403
    assert api.delete(one).status_code == 204
    assert api.get(event).status_code == 404
    wrong = api.post(ALL, json={"name": "", "type": "trigger.webhook", "settings": {"signature": "shopify"}})
    assert wrong.status_code == 422
    assert {one["path"] for one in wrong.json["errors"]} == {"name", "settings"}


def test_the_pages_do_the_same(app, tenant):
    browser = signed_in(app, tenant.id, tenant["builder"])
    assert "No source is open yet" in browser.get("/event-sources").text
    assert browser.post("/event-sources/new", data={"name": ""}).status_code == 422
    unsigned = browser.post("/event-sources/new", data={"name": "Shop", "signature": "shopify", "secret": ""})
    assert (unsigned.status_code, "Choose the secret" in unsigned.text) == (422, True)
    opened = browser.post("/event-sources/new", data={"name": "Shop", "signature": "none"})
    page = browser.get(opened.location)
    assert "Waiting for the first event" in page.text
    address = re.search(r"/hooks/[\w-]{40,}", page.text)[0]
    assert send(app, address).status_code == 202
    listed = browser.get(opened.location).text
    link = re.search(rf"{opened.location}/events/[0-9a-f-]+", listed)[0]
    shown = browser.get(link).text
    assert "Anna Keller" in shown
    assert browser.get(f"{link}/data").json == ORDER

    published = make_workflow(app, tenant, refunds(), published=True)
    tried = browser.post(f"{link}/try", data={"workflow": str(published)})
    canvas = browser.get(tried.location).text
    assert "Anna Keller" in canvas
    assert '"dialog": "test"' in canvas
    replayed = browser.post(f"{link}/replay", data={"workflow": f"{published}.order"})
    assert "/runs/" in replayed.location
    assert browser.post(f"{link}/replay", data={"workflow": "nobody"}).location == link
    samples = browser.get(f"/builder/api/workflows/{published}/samples?node=order&type=trigger.webhook").json["samples"]
    assert [one["data"] for one in samples] == [ORDER, ORDER], "its own past, and the source's"

    made = browser.post(f"{link}/workflow", data={"name": "Large orders", "take_address": "y"})
    assert made.location.endswith("/edit")
    assert "takes this address over" in browser.get(opened.location).text
    browser.post(f"{opened.location}/keep-address")
    assert "takes this address over" not in browser.get(opened.location).text
    browser.post(f"{opened.location}/name", data={"name": "Old shop"})
    browser.post(f"{opened.location}/close")
    assert "Old shop" in browser.get("/event-sources").text
    assert send(app, address).status_code == 409
    browser.post(f"{opened.location}/reopen")
    browser.post(f"{opened.location}/address")
    assert send(app, address).status_code == 404
    auditor = signed_in(app, tenant.id, tenant["auditor"])
    seen = auditor.get(opened.location)
    assert (seen.status_code, "/hooks/" in seen.text) == (200, False)
    assert auditor.post(f"{opened.location}/close").status_code == 403
    browser.post(f"{opened.location}/delete")
    assert browser.get(opened.location).status_code == 404
