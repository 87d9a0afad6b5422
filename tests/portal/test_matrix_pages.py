"""Settings, Approval matrices: made, edited, refused at the cell, published, tried, there and back as a file."""

from io import BytesIO

import pytest

from studio.approvals.matrices import grid
from studio.approvals.matrices import service as matrices
from tests.factories.approvals import make_group, make_request
from tests.factories.matrices import HEAD, csv_of, make_matrix

HERE = "/settings/matrices"


def admin(shop):
    return shop.browser(shop.tenant["admin"])


def row_of(shop, matrix_id):
    with shop.database.unit(shop.tenant.id) as uow:
        return matrices.get(uow, matrix_id)


def test_one_is_made_filled_and_published(shop):
    browser = admin(shop)
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas, shop.lena])
    assert "A matrix says who decides by what a request is about" in browser.get(HERE).text
    assert browser.post(HERE, data={"name": ""}).status_code == 422
    made = browser.post(HERE, data={"name": "Refunds"})
    assert made.status_code == 302
    page = browser.get(made.location).text
    assert "There is no row yet." in page
    assert "Row (first hit),Amount: number,Country: text,Approvers" in page
    assert browser.post(HERE, data={"name": "refunds"}).status_code == 409
    sent = {"seen": "1", "table": csv_of(shop.tenant, "1,<500,,Refund team,,,,,,").replace(" EUR", "")}
    assert browser.post(made.location, data=sent).status_code == 302
    page = browser.get(made.location).text
    assert "Amount 500, Country other has no row" in page
    assert "One difference" not in page
    refused = browser.post(f"{made.location}/publish", data={"seen": "2", "note": ""})
    assert (refused.status_code, "Amount 500, Country other has no row" in refused.text) == (422, True)
    sent = {
        "seen": "2",
        "table": csv_of(shop.tenant, "1,<500,,Refund team,,,,,,", "otherwise,,,OWNER,,,,,,").replace(" EUR", ""),
    }
    assert browser.post(made.location, data=sent).status_code == 302
    assert browser.post(f"{made.location}/publish", data={"seen": "3", "note": "At last"}).status_code == 302
    page = browser.get(made.location).text
    assert "version 1" in page
    assert "At last" in page
    version = browser.get(f"{made.location}/versions/1").text
    assert "Amount &lt;500 → approvers: group:Refund team" in version
    assert browser.get(f"{made.location}/versions/2").status_code == 404


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (HEAD + "1,lots,,Refund team,,,,,,\n", "is no number or range"),
        (HEAD + "1,5,,,,,,,,\n", "Name who decides"),
        (HEAD.replace("Country: text", "Country"), "Column 3, “Country”, is unknown"),
        ("", "This field is required"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_kept(shop, table, said):
    matrix_id = make_matrix(shop.database, shop.tenant)
    answer = admin(shop).post(f"{HERE}/{matrix_id}", data={"seen": "1", "table": table})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert row_of(shop, matrix_id).revision == 1


def test_a_cell_that_is_wrong_is_marked_for_the_grid(shop):
    matrix_id = make_matrix(shop.database, shop.tenant)
    sent = {"seen": "1", "table": HEAD + "1,5,,Refund team,,,,,,\n2,lots,,Refund team,,,,,,\n"}
    page = admin(shop).post(f"{HERE}/{matrix_id}", data=sent).text
    assert "rows.1.0" in page
    assert "2,lots," in page  # what was typed is still there


def test_a_second_edit_of_the_same_revision_is_not_kept(shop):
    matrix_id = make_matrix(shop.database, shop.tenant)
    browser = admin(shop)
    sent = {"seen": "1", "table": csv_of(shop.tenant, "1,,,ADMIN,,,,,,")}
    assert browser.post(f"{HERE}/{matrix_id}", data=sent).status_code == 302
    answer = browser.post(f"{HERE}/{matrix_id}", data=sent | {"table": csv_of(shop.tenant, "1,,,OWNER,,,,,,")})
    assert (answer.status_code, "edited this matrix since you opened it" in answer.text) == (409, True)


def test_cells_follow_their_columns(shop):
    matrix_id = make_matrix(shop.database, shop.tenant, "Refunds", "1,<500,DE,OWNER,,,,,,", "otherwise,,,OWNER,,,,,,")
    sent = {
        "seen": "1", "hits": "all", "columns-0-was": "Country", "columns-0-name": "Land", "columns-0-kind": "text",
        "columns-1-was": "", "columns-1-name": "Category", "columns-1-kind": "text", "columns-2-was": "Amount",
        "columns-2-name": "Amount", "columns-2-kind": "number", "columns-2-unit": "EUR",
    }  # fmt: skip
    assert admin(shop).post(f"{HERE}/{matrix_id}/columns", data=sent).status_code == 302
    draft = matrices.draft(row_of(shop, matrix_id))
    assert [one.name for one in draft.columns] == ["Land", "Category", "Amount"]
    assert (draft.rows[0].when, draft.hits.value) == (("DE", "", "<500"), "all")
    twice = {
        "seen": "2",
        "columns-0-name": "A",
        "columns-0-kind": "text",
        "columns-1-name": "a",
        "columns-1-kind": "text",
    }
    answer = admin(shop).post(f"{HERE}/{matrix_id}/columns", data=twice | {"hits": "first"})
    assert (answer.status_code, "Two columns are called" in answer.text) == (422, True)


def test_a_file_goes_there_and_back(shop):
    matrix_id = make_matrix(
        shop.database, shop.tenant, "Refunds", "1,<500,DE,OWNER,,,,,,=1+1", "otherwise,,,OWNER,,,,,,"
    )
    browser = admin(shop)
    answer = browser.get(f"{HERE}/{matrix_id}/export")
    assert answer.headers["Content-Disposition"] == "attachment; filename=refunds.csv"
    assert "'=1+1" in answer.text
    before = matrices.draft(row_of(shop, matrix_id))
    sent = {"file": (BytesIO(answer.data), "refunds.csv")}
    assert browser.post(f"{HERE}/{matrix_id}/import", data=sent).status_code == 302
    assert matrices.draft(row_of(shop, matrix_id)) == before
    assert row_of(shop, matrix_id).revision == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ((HEAD + "1,,Österreich,X,,,,,,\n").encode("latin-1"), "Line 2 holds a letter that is not UTF-8"),
        (HEAD.encode() + b"1,5,,OWNER@x.example,,,,,,\n" * 501, "Line 502 is one too many"),
        (HEAD.encode() + b"1,lots,,Team,,,,,,\n", "Row 1"),
        (b"\x00\x01", "The first line has to begin"),
    ],
)
def test_a_file_that_is_no_matrix_is_refused_with_its_line(shop, data, said):
    matrix_id = make_matrix(shop.database, shop.tenant)
    answer = admin(shop).post(f"{HERE}/{matrix_id}/import", data={"file": (BytesIO(data), "x.csv")})
    assert (answer.status_code, said in answer.text) == (422, True), answer.text
    assert row_of(shop, matrix_id).revision == 1


def test_a_file_that_is_too_large_is_refused(shop, monkeypatch):
    monkeypatch.setattr(grid, "MOST_BYTES", 1024)  # the test's client leaves a temporary file open for a large body
    matrix_id = make_matrix(shop.database, shop.tenant)
    answer = admin(shop).post(f"{HERE}/{matrix_id}/import", data={"file": (BytesIO(b"x" * 1025), "x.csv")})
    assert (answer.status_code, "The file is larger than" in answer.text) == (422, True), answer.text
    assert row_of(shop, matrix_id).revision == 1


def test_a_draft_is_tried_on_what_was_asked(shop):
    matrix_id = make_matrix(shop.database, shop.tenant, "Refunds", "1,<500,DE,OWNER,,,,,,", "otherwise,,,ADMIN,,,,,,")
    browser = admin(shop)
    assert "Nothing was asked yet" in browser.get(f"{HERE}/{matrix_id}/try").text
    make_request(shop.database, shop.tenant, [shop.tenant["owner"]], amount="420.00", currency="EUR",
                 facts=[("Country", "DE")])  # fmt: skip
    page = browser.get(f"{HERE}/{matrix_id}/try").text
    assert "1 of 1 would have asked the same" in page
    assert "Amount 420 EUR, Country de" in page
    address = f"{HERE}/{matrix_id}/try?most=5&sources-0-column=Amount&sources-0-source=workflow"
    assert "has to be a number" in browser.get(address).text
    assert browser.get(f"{HERE}/{matrix_id}/try?most=0").status_code == 422


def test_only_admins_edit_and_approvers_see_none(shop):
    matrix_id = make_matrix(shop.database, shop.tenant)
    builder, approver = shop.browser(shop.tenant["builder"]), shop.browser(shop.jonas)
    assert builder.get(f"{HERE}/{matrix_id}").status_code == 200
    assert "Save the draft" not in builder.get(f"{HERE}/{matrix_id}").text
    assert builder.post(f"{HERE}/{matrix_id}/publish", data={"seen": "1"}).status_code == 403
    assert approver.get(HERE).status_code == 403


def test_one_that_nobody_names_is_deleted(shop):
    matrix_id = make_matrix(shop.database, shop.tenant)
    assert admin(shop).post(f"{HERE}/{matrix_id}/delete").status_code == 302
    assert admin(shop).get(f"{HERE}/{matrix_id}").status_code == 404
