"""Attaching and opening files by the portal's pages: by forms, with scripts off, and by a mail's link."""

import io
import re

import pytest

from studio.accounts.outcomes import Role
from studio.approvals import askers
from studio.approvals.models import Request
from tests.factories.accounts import make_person
from tests.factories.approvals import shown
from tests.factories.files import PDF, picture
from tests.portal.test_own_requests import fill


@pytest.fixture
def anna(shop):
    askers.register(askers.PERSON, askers.nobody)
    return make_person(shop.database, shop.tenant.id, Role.APPROVER, "Anna Keller")


def files(*named):
    return [(io.BytesIO(content), name) for name, content in named]


@pytest.fixture
def asked(shop, anna):
    data = fill(shop, files=files(("camera.png", picture()), ("Angebot für März.pdf", PDF)))
    assert shop.browser(anna).post("/requests", data=data).status_code == 303
    with shop.database.unit(shop.tenant.id) as uow:
        return uow.session.query(Request).one().id


def addresses(page):
    return list(dict.fromkeys(re.findall(r'href="(/[^"]+/attachments/[^"?]+)', page)))


def test_pictures_are_shown_and_everything_else_is_only_downloaded(shop, asked):
    browser = shop.browser(shop.jonas)
    page = browser.get(f"/approvals/{asked}").text
    image, document = addresses(page)
    assert f'<img src="{image}"' in page
    assert f'<img src="{document}"' not in page
    given = browser.get(image)
    assert (given.status_code, given.content_type) == (200, "image/png")
    assert given.headers["Content-Disposition"].startswith("inline")
    again = browser.get(document)
    assert (again.data, again.content_type) == (PDF, "application/pdf")
    assert again.headers["Content-Disposition"].endswith("filename*=UTF-8''Angebot%20f%C3%BCr%20M%C3%A4rz.pdf")
    for one in (given, again):
        assert one.headers["X-Content-Type-Options"] == "nosniff"
        assert one.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert one.headers["Cache-Control"].startswith("private")
    assert browser.get(f"{image}?download=1").headers["Content-Disposition"].startswith("attachment")
    assert browser.get(image, headers={"If-None-Match": given.headers["ETag"]}).status_code == 304


def test_nobody_opens_what_they_do_not_see(shop, asked):
    page = shop.browser(shop.jonas).get(f"/approvals/{asked}").text
    for address in addresses(page):
        assert shop.browser(shop.lena).get(address).status_code == 404
        assert shop.browser().get(address).status_code in (302, 303, 401)
    other = shop.ask(shop.jonas)
    moved = addresses(page)[0].replace(str(asked), str(other))
    assert shop.browser(shop.jonas).get(moved).status_code == 404, "an attachment belongs to one request"


def test_a_row_of_the_inbox_decides_nothing_whose_files_it_does_not_show(shop, asked):
    page = shop.browser(shop.jonas).get("/inbox").text
    assert "Review" in page
    assert 'value="approved"' not in page


def test_the_mail_names_them_and_its_link_opens_them(shop, asked):
    letter = shop.mail_to(shop.jonas)
    assert "Attachments: camera.png, Angebot für März.pdf" in letter.text
    browser, link = shop.browser(), shop.link_of(shop.jonas)
    browser.post(f"{link}/code")
    browser.post(f"{link}/code/check", data={"code": shop.code_of(shop.jonas)})
    page = browser.get(f"/a/decision/{asked}").text
    image, document = addresses(page)
    assert image.startswith("/a/decision/")
    given = browser.get(document)
    assert (given.data, given.headers["Cache-Control"]) == (PDF, "no-store")
    assert shop.browser().get(document).status_code == 404


def test_deciding_and_commenting_with_files(shop, anna, asked):
    shop.browser(anna).post(
        f"/approvals/{asked}/comment", data={"comment": "The shop", "files": files(("shop.webp", picture("WEBP")))}
    )
    data = {"outcome": "declined", "shown": shown(shop.database, shop.tenant, asked), "comment": "Too dear"}
    shop.browser(shop.jonas).post(f"/approvals/{asked}/decide", data=data | {"files": files(("cheaper.pdf", PDF))})
    page = shop.browser(anna).get(f"/approvals/{asked}").text
    for words in ("shop.webp", "cheaper.pdf", "Jonas Weber declined this"):
        assert words in page
    assert len(addresses(page)) == 4


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("camera.png", b"<script>alert(1)</script>", "This file is not what its name says."),
        ("camera.svg", b"<svg/>", "Only images (PNG, JPEG, WebP) and PDF can be attached."),
        ("empty.pdf", b"", "This file is empty."),
    ],
)
def test_what_is_not_let_in_asks_decides_and_stores_nothing(shop, anna, asked, everything, name, content, words):
    before = everything()
    sent = files((name, content))
    answer = shop.browser(anna).post("/requests", data=fill(shop, title="Another", files=sent))
    assert answer.status_code == 422
    assert words in answer.text
    seen = shown(shop.database, shop.tenant, asked)
    data = {"outcome": "approved", "shown": seen, "files": files((name, content))}
    answer = shop.browser(shop.jonas).post(f"/approvals/{asked}/decide", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert everything() == before


def kept_in(page):
    return re.findall(r'name="kept"[^>]*value="([^"]+)"', page)


def test_what_was_chosen_stays_in_a_form_that_comes_back(shop, anna):
    browser = shop.browser(anna)
    wrong = fill(shop, title="", files=files(("camera.png", picture()), ("worm.png", b"<script>"), ("offer.pdf", PDF)))
    page = browser.post("/requests", data=wrong)
    kept = kept_in(page.text)
    ticked = re.findall(r"<input checked[^>]* name=.kept.", page.text)
    assert (page.status_code, len(kept), len(ticked)) == (422, 2, 2)
    for words in ("camera.png", "offer.pdf", "This file is not what its name says."):
        assert words in page.text
    again = kept_in(browser.post("/requests", data=fill(shop, more="yes", kept=kept)).text)
    assert again == kept, "another line for a fact loses none"
    stolen = shop.browser(shop.lena).post("/requests", data=fill(shop, kept=kept))
    assert (stolen.status_code, "is no longer here" in stolen.text) == (422, True)
    assert browser.post("/requests", data=fill(shop, kept=kept[1:])).status_code == 303
    with shop.database.unit(shop.tenant.id) as uow:
        row = uow.session.query(Request).one()
        assert [one["name"] for one in row.attachments] == ["offer.pdf"]
        asked = row.id

    browser, decide = shop.browser(shop.jonas), f"/approvals/{asked}/decide"
    data = {"outcome": "declined", "shown": shown(shop.database, shop.tenant, asked)}
    page = browser.post(decide, data=data | {"files": files(("cheaper.pdf", PDF))})
    assert (page.status_code, len(kept_in(page.text))) == (422, 1), "declining asks for a reason"
    data |= {"comment": "Too dear", "kept": kept_in(page.text)}
    assert browser.post(decide, data=data).status_code == 302
    assert browser.post(decide, data=data).status_code == 302, "the same once more is the same decision"
    page = shop.browser(anna).get(f"/approvals/{asked}").text
    assert "cheaper.pdf" in page
    assert len(addresses(page)) == 2


@pytest.mark.parametrize("way", ["comment", "by mail", "revise"])
def test_the_other_forms_that_come_back_keep_it_as_well(shop, anna, asked, way):
    if way == "by mail":
        browser, link = shop.browser(), shop.link_of(shop.jonas)
        browser.post(f"{link}/code")
        browser.post(f"{link}/code/check", data={"code": shop.code_of(shop.jonas)})
    else:
        browser = shop.browser(anna)
    where, field, said = {
        "comment": (f"/approvals/{asked}/comment", "comment", "From the shop"),
        "by mail": (f"/a/decision/{asked}/comment", "comment", "From the shop"),
        "revise": (f"/approvals/{asked}/revise", "title", "Buy a dearer camera"),
    }[way]
    data = {"title": "x", "text": "The old one broke.", "shown": shown(shop.database, shop.tenant, asked), field: ""}
    page = browser.post(where, data=data | {"files": files(("new.pdf", PDF), ("worm.png", b"<script>"))})
    [kept] = kept_in(page.text)
    assert (page.status_code, "new.pdf" in page.text, "worm.png" in page.text) == (422, True, False)
    assert "This file is not what its name says." in page.text
    with shop.database.unit(shop.tenant.id) as uow:
        assert len(uow.session.query(Request).one().attachments) == 2, "nothing hangs on it yet"
    assert browser.post(where, data=data | {field: said, "kept": kept}).status_code == 302
    page = shop.browser(anna).get(f"/approvals/{asked}").text
    assert "new.pdf" in page


def test_what_stays_and_what_comes_in_a_new_version(shop, anna, asked):
    browser = shop.browser(anna)
    form = browser.get(f"/approvals/{asked}/revise").text
    kept = re.findall(r'name="keep"[^>]*value="([^"]+)"', form)
    assert len(kept) == 2
    assert form.count("checked") == 2
    data = {
        "title": "Buy a camera", "text": "The old one broke.", "facts-0-label": "Shop", "facts-0-value": "Foto Koch",
        "amount": "420.00", "currency": "EUR", "keep": kept[1], "files": files(("better.jpg", picture("JPEG"))),
        "shown": shown(shop.database, shop.tenant, asked), "note": "A better picture",
    }  # fmt: skip
    assert browser.post(f"/approvals/{asked}/revise", data=data).status_code == 302
    page = shop.browser(shop.jonas).get(f"/approvals/{asked}").text
    for words in ("was “camera.png”, is gone", "new: “better.jpg”"):
        assert words in page
    assert len(addresses(page)) == 2
