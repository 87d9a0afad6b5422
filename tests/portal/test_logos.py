"""A workspace's logo: drawn anew, shown on pages and above mails, refused where it is no picture, gone when removed."""

import re
from functools import partial
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import select

from studio.accounts import letterhead
from studio.accounts.models import Workspace
from studio.accounts.service import logos
from studio.core.errors import InvalidInput
from studio.core.mail import Mailer
from studio.core.models import OutboxRow, StoredFile
from tests.factories.accounts import make_tenant

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def drawn(size=(960, 240), kind="PNG", **more):
    made = BytesIO()
    Image.new("RGB", size, "#c00").save(made, kind, **more)
    return made.getvalue()


def upload(browser, content, name="mark.png"):
    return browser.post("/settings/logo", data={"logo": (BytesIO(content), name)}, content_type="multipart/form-data")


def address(page):
    found = re.search(r'<img class="logo" src="([^"]+)"', page)
    return found[1] if found else None


@pytest.fixture
def admin(shop):
    return shop.browser(shop.tenant["admin"])


def test_it_is_drawn_anew_and_shown_to_everybody_of_the_workspace(shop, admin):
    hidden = PngInfo()
    hidden.add_text("Comment", "taken at home")
    assert upload(admin, drawn(pnginfo=hidden)).status_code == 302
    place = address(admin.get("/settings").text)
    assert place == address(shop.browser(shop.jonas).get("/inbox").text)
    shown = shop.app.test_client().get(place)
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert b"taken at home" not in shown.data
    assert Image.open(BytesIO(shown.data)).size == (480, 120)
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert shop.app.test_client().get(place, headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304


def test_whoever_comes_by_a_mails_link_sees_it_once_they_are_known(shop, admin):
    upload(admin, drawn(kind="WEBP"), "mark.webp")
    shop.ask(shop.jonas)
    link = shop.link_of(shop.jonas)
    browser = shop.browser()
    assert address(browser.get(link).text) is None
    browser.post(f"{link}/code")
    page = browser.post(f"{link}/code/check", data={"code": shop.code_of(shop.jonas)}, follow_redirects=True).text
    assert address(page)


def test_mails_carry_it_and_the_name_where_pictures_are_not_shown(shop, admin):
    mailer = Mailer(partial(letterhead.head, public_url="https://studio.example.com/"))
    send = partial(mailer.send, to=["anna@example.com"], subject="Hello", text="Text", html="<p>Text</p>")

    def queued(key):
        with shop.database.unit(shop.tenant.id) as uow:
            send(uow, key=key)
        with shop.database.unit(shop.tenant.id) as uow:
            return uow.session.scalars(select(OutboxRow).where(OutboxRow.key == f"mail:{key}")).one().payload["html"]

    assert queued("before") == "<p>Text</p>"
    with shop.database.unit(shop.tenant.id) as uow:
        uow.session.get(Workspace, uow.workspace).name = 'Nord"licht <Store>'
    upload(admin, drawn(kind="JPEG"), "mark.jpg")
    place = address(admin.get("/settings").text)
    html = queued("after")
    assert f'src="https://studio.example.com{place}"' in html
    assert 'alt="Nord&#34;licht &lt;Store&gt;"' in html
    assert html.endswith("<p>Text</p>")


def test_another_one_takes_its_place_and_removing_brings_the_letter_back(shop, admin):
    upload(admin, drawn())
    first = address(admin.get("/settings").text)
    upload(admin, drawn((90, 90)))
    second = address(admin.get("/settings").text)
    assert second != first
    assert shop.app.test_client().get(first).status_code == 404
    assert admin.post("/settings/logo/remove").status_code == 302
    assert address(admin.get("/settings").text) is None
    assert shop.app.test_client().get(second).status_code == 404
    with shop.database.unit(shop.tenant.id) as uow:
        assert uow.session.scalars(select(StoredFile)).all() == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SVG, "SVG is not taken"),
        (drawn(kind="GIF"), "no PNG, JPEG or WebP"),
        (b"", "Choose a picture"),
        (drawn((400, 400))[:-40], "damaged"),
        (drawn() + b"<script>alert(1)</script>", "something else"),
        (drawn((6000, 5000)), "24 million pixels"),
    ],
    ids=["svg", "gif", "empty", "broken", "polyglot", "bomb"],
)
def test_what_is_no_picture_is_refused_and_changes_nothing(shop, admin, everything, content, said):
    upload(admin, drawn())
    before = everything()
    answer = upload(admin, content)
    assert answer.status_code == 422
    assert said in answer.text
    assert everything() == before


def test_a_file_that_is_too_large_is_not_even_decoded(shop):
    with shop.database.unit(shop.tenant.id, shop.tenant["admin"].actor) as uow, pytest.raises(InvalidInput) as refused:
        logos.change(uow, "mark.png", drawn() + b"x" * logos.MOST_BYTES)
    assert (refused.value.code, refused.value.field) == ("logo_too_large", "logo")


def test_only_admins_change_it_and_no_address_shows_another_workspaces(shop, admin):
    assert upload(shop.browser(shop.tenant["builder"]), drawn()).status_code == 403
    upload(admin, drawn())
    other = make_tenant(shop.database)
    own = address(admin.get("/settings").text)
    assert shop.app.test_client().get(own.replace(str(shop.tenant.id), str(other.id))).status_code == 404
