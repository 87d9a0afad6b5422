"""What is let in as an attachment, and what is refused with which code."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from studio.approvals.attaching import checking, names
from studio.approvals.attaching.checking import check
from studio.core.errors import InvalidInput
from tests.factories.files import PDF, archive, picture


def refused(name, content):
    with pytest.raises(InvalidInput) as error:
        check(name, content, "attachments.0")
    assert error.value.field == "attachments.0"
    return error.value.code


LET_IN = [
    ("a.png", picture(), "image/png"),
    ("A.PNG", picture(mode="RGBA", colour=(1, 2, 3, 4)), "image/png"),
    ("p.png", picture(mode="P", colour=3), "image/png"),
    ("a.jpg", picture("JPEG"), "image/jpeg"),
    ("a b (2).jpeg", picture("JPEG", mode="L", colour=7), "image/jpeg"),
    ("a.webp", picture("WEBP"), "image/webp"),
    ("Beleg für März.png", picture(), "image/png"),
]


def named(cases):
    """Ids without the bytes."""
    return [f"{number}-{name}-{what}" for number, (name, _content, what) in enumerate(cases)]


@pytest.mark.parametrize(("name", "content", "media_type"), LET_IN, ids=named(LET_IN))
def test_pictures_are_let_in_and_written_anew(name, content, media_type):
    found = check(name, content, "f")
    assert (found.name, found.media_type) == (name, media_type)
    with Image.open(io.BytesIO(found.content)) as again:
        assert again.size == (40, 30)


def test_what_a_camera_wrote_beside_the_picture_is_gone_and_it_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "52.5200 N 13.4050 E"
    content = picture("JPEG", exif=exif) + b"SEFT trailer of a telephone"
    found = check("a.jpg", content, "f")
    assert b"52.5200" not in found.content
    assert b"SEFT" not in found.content
    with Image.open(io.BytesIO(found.content)) as again:
        assert (again.size, dict(again.getexif())) == ((30, 40), {})


def test_a_pdf_is_kept_as_it_came():
    assert check("a.pdf", PDF, "f").content == PDF


REFUSED = [
    ("a.png", b"", "attachment_empty"),
    ("a.png", b"<html><script>alert(1)</script>", "attachment_mismatch"),
    ("a.png", picture("JPEG"), "attachment_mismatch"),
    ("a.jpg", picture(), "attachment_mismatch"),
    ("a.png", picture("GIF"), "attachment_mismatch"),
    ("a.png", PDF, "attachment_mismatch"),
    ("a.pdf", picture(), "attachment_mismatch"),
    ("a.pdf", b"\n" + PDF, "attachment_mismatch"),
    ("a.pdf", b"<svg/>" + PDF, "attachment_mismatch"),
    ("a.pdf", PDF[:20], "attachment_broken"),
    ("a.pdf", PDF + b"<script>alert(1)</script>", "attachment_polyglot"),
    ("a.pdf", PDF.replace(b"%%EOF\n", archive() + b"\n%%EOF\n"), "attachment_polyglot"),
    ("a.png", picture() + archive(), "attachment_polyglot"),
    ("a.png", picture() + b"<HTML><body>", "attachment_polyglot"),
    ("a.jpg", picture("JPEG") + archive(), "attachment_polyglot"),
    ("a.webp", picture("WEBP") + b"<?php system()", "attachment_polyglot"),
    ("a.jpg", picture("JPEG", comment=b"%PDF-1.4"), "attachment_polyglot"),
    ("a.png", picture(size=(400, 300))[:300], "attachment_broken"),
    ("a.jpg", picture("JPEG", size=(400, 300), colour="red")[:700], "attachment_broken"),
    ("a.svg", b"<svg/>", "attachment_type"),
    ("a.pdf.exe", PDF, "attachment_type"),
    ("a", PDF, "attachment_type"),
]


@pytest.mark.parametrize(("name", "content", "code"), REFUSED, ids=named(REFUSED))
def test_what_is_not_what_it_says_is_refused(name, content, code):
    assert refused(name, content) == code


def test_what_is_too_large_is_refused_before_it_is_looked_at(monkeypatch):
    monkeypatch.setattr(checking, "MOST_BYTES", 100)
    assert refused("a.png", b"x" * 101) == "attachment_too_large"


def bomb(width, height):
    """A small file that says it is a huge picture."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(5_000, 5_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_with_a_huge_picture_is_never_decoded(size, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda _self: pytest.fail("decoded"))
    assert refused("a.png", bomb(*size)) == "attachment_too_many_pixels"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.png", "..\\evil.png", "/a.png", "C:\\a.png", "a\0.png", "a\n.png", "invoice\u202egnp.pdf",
        "a\u200b.png", ".htaccess.png", ".png", " a.png", "a.png ", "con.png", "LPT1.pdf", "nul.tar.png",
        "x" * 121 + ".png", "a<b>.png", 'a".png', "...png",
    ],
)  # fmt: skip
def test_hostile_names_are_refused(name):
    assert refused(name, picture()) == "attachment_name"


@given(st.text(max_size=130))
def test_whatever_name_is_let_in_leads_nowhere_else(name):
    if names.fault(name) is None:
        assert not set(name) & set('/\\:\0\r\n"<>')
        assert name.isprintable()
        assert not name.startswith(".")
        assert names.promised(name) in names.MEDIA_TYPES.values()


@given(st.binary(max_size=400), st.sampled_from(["a.png", "a.jpg", "a.webp", "a.pdf"]))
def test_whatever_comes_is_let_in_as_what_it_says_or_refused(content, name):
    for sent in (content, picture()[:40] + content, PDF[:12] + content):
        found, code = outcome(name, sent)
        assert found is None or found.media_type == names.promised(name)
        assert code is None or code.startswith("attachment_")


def outcome(name, content):
    try:
        return check(name, content, "f"), None
    except InvalidInput as error:
        return None, error.code
