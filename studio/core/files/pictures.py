"""Pictures, decoded and written anew: what is kept holds pixels alone.

A module of its own, which is loaded with the first picture: Pillow is 10 MiB that most processes never need.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp"}
_OTHERS = (b"<script", b"<html", b"<svg", b"<?php", b"<!doctype", b"pk\x03\x04", b"%pdf-", b"mz\x90")
"""How what is no picture begins, in small letters."""
_ONE_AT_A_TIME = Lock()
"""Decoding holds the whole picture in memory."""


class Unfit(Exception):
    """No picture that is let in; its one argument is the code of what is wrong with it."""


def rewritten(content: bytes, promised: str, most_pixels: int) -> bytes:
    """The same pixels, written anew as the media type that was promised. Raises Unfit."""
    with _opened(content, most_pixels) as found:
        if FORMATS[found.format or ""] != promised:
            raise Unfit("mismatch")
        if _hides(content, promised):
            raise Unfit("polyglot")
        return _written(found, promised)


def fitted(content: bytes, most_pixels: int, box: tuple[int, int]) -> bytes:
    """A picture of any of those formats as a PNG that fits into `box`, pixels wide and high; never larger than it was.

    Raises Unfit.
    """
    with _opened(content, most_pixels) as found:
        if _hides(content, FORMATS[found.format or ""]):
            raise Unfit("polyglot")
        found.load()
        upright = ImageOps.exif_transpose(found).convert("RGBA")
        upright.thumbnail(box)
        bare = Image.new("RGBA", upright.size)
        bare.paste(upright)
        made = io.BytesIO()
        bare.save(made, "PNG", optimize=True)
        return made.getvalue()


@contextmanager
def _opened(content: bytes, most_pixels: int) -> Iterator[Image.Image]:
    """The picture, not decoded yet; what goes wrong meanwhile is Unfit."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as found:
                if found.format not in FORMATS:
                    raise Unfit("mismatch")
                if found.width * found.height > most_pixels:
                    raise Unfit("too_many_pixels")
                yield found
        except UnidentifiedImageError:
            raise Unfit("mismatch") from None
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Unfit("too_many_pixels") from None
        except (OSError, SyntaxError, ValueError, EOFError, MemoryError):  # what Pillow raises for broken files
            raise Unfit("broken") from None


def _written(found: Image.Image, promised: str) -> bytes:
    found.load()
    upright = ImageOps.exif_transpose(found)
    made = io.BytesIO()
    match promised:
        case "image/jpeg":
            upright.convert("RGB").save(made, "JPEG", quality=88, optimize=True)
        case "image/webp":
            upright.convert("RGBA" if "A" in upright.getbands() else "RGB").save(made, "WEBP", quality=88)
        case _:
            plain = upright if upright.mode in ("L", "LA", "RGB", "RGBA", "1") else upright.convert("RGBA")
            bare = Image.new(plain.mode, plain.size)
            bare.paste(plain)
            bare.save(made, "PNG", optimize=False)
    return made.getvalue()


def _hides(content: bytes, promised: str) -> bool:
    """Whether it is something else as well: an archive, a document, or a page behind the picture's end.

    What some cameras write behind it is none of these, and is lost when the picture is written anew.
    """
    if zipfile.is_zipfile(io.BytesIO(content)) or b"%PDF-" in content[:1024]:
        return True
    if promised == "image/png":
        tail = content[content.rfind(b"IEND") + 8 :]
    elif promised == "image/webp":
        tail = content[int.from_bytes(content[4:8], "little") + 8 :]
    else:
        tail = content[content.rfind(b"\xff\xd9") + 2 :]
    return any(mark in tail.lower() for mark in _OTHERS)
