"""Handing files in by the API, hanging them on requests, decisions and comments, and getting them back."""

import hashlib

import pytest

from studio.approvals import askers
from studio.core.models import StoredFile
from tests.factories.approvals import listen
from tests.factories.files import PDF, picture

URL = "/api/v1"


@pytest.fixture(autouse=True)
def heard():
    askers.register(askers.PERSON, askers.nobody)
    return listen()


def hand_in(api, name="offer.pdf", content=PDF, media_type="application/pdf"):
    return api.post(f"{URL}/attachments?name={name}", data=content, content_type=media_type)


def test_from_handing_in_to_getting_back(caller, api, tenant):
    mine, theirs = caller("approver"), caller("admin")
    kept = hand_in(mine)
    assert (kept.status_code, kept.json["media_type"], kept.json["size"]) == (201, "application/pdf", len(PDF))
    body = {"title": "Buy it", "approvers": [f"user:{tenant['admin'].email}"], "attachments": [kept.json["id"]]}
    one = f"{URL}/approvals/{mine.post(f'{URL}/approvals', json=body).json['id']}"
    [hanging] = theirs.get(one).json["attachments"]
    assert (hanging["name"], hanging["sha256"], hanging["part_of_request"]) == (
        "offer.pdf", hashlib.sha256(PDF).hexdigest(), True,
    )  # fmt: skip
    given = theirs.get(f"{one}/attachments/{hanging['id']}")
    assert (given.data, given.headers["Content-Disposition"]) == (PDF, "attachment; filename=offer.pdf")
    picture_ = hand_in(theirs, "x.png", picture(), "image/png").json["id"]
    assert theirs.post(f"{one}/comments", json={"comment": "See", "attachments": [picture_]}).status_code == 201
    again = theirs.post(f"{one}/comments", json={"comment": "See", "attachments": [picture_]})
    assert (again.status_code, again.json["code"]) == (404, "not_found")
    new = hand_in(mine, "new.png", picture(), "image/png").json["id"]
    shown = mine.get(one).json["shown"]
    revised = mine.post(f"{one}/revise", json={"shown": shown, "attachments": [new], "note": "Newer"})
    assert [row["name"] for row in revised.json["attachments"] if row["part_of_request"]] == ["new.png"]
    decided = theirs.post(f"{one}/decision", json={"outcome": "approved", "shown": revised.json["shown"],
                                                   "attachments": [hand_in(theirs).json["id"]]})  # fmt: skip
    assert [row["vote_id"] is not None for row in decided.json["attachments"]][-1]


@pytest.mark.parametrize(
    ("name", "content", "media_type", "status", "code"),
    [
        ("a.png", PDF, "image/png", 422, "attachment_mismatch"),
        ("a.png", b"", "image/png", 422, "attachment_empty"),
        ("..%2Fa.png", picture(), "image/png", 422, "attachment_name"),
        ("a.html", b"<html>", "text/html", 415, "body.content_type"),
        ("a.exe", PDF, "application/pdf", 422, "attachment_type"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_is_not_let_in_is_refused_with_its_code_and_stores_nothing(
    caller, database, tenant, name, content, media_type, status, code
):
    refused = hand_in(caller("approver"), name, content, media_type)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    with database.unit(tenant.id) as uow:
        assert uow.session.query(StoredFile).count() == 0


def test_a_file_of_8_mb_and_no_more(caller):
    refused = hand_in(caller("approver"), content=b"x" * (8 * 1024 * 1024 + 1))
    assert (refused.status_code, refused.json["code"]) == (413, "body.too_large")
    assert hand_in(caller("approver"), content=b"x" * (6 * 1024 * 1024)).json["code"] == "attachment_mismatch"
