"""Pictures, decoded and written anew: what is kept holds pixels alone.

A module of its own, which is loaded with the first picture: Pillow is 10 MiB that most processes never need.
"""

import io
import warnings
import zipfile
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
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as found:
                if FORMATS.get(found.format or "") != promised:
                    raise Unfit("attachment_mismatch")
                if found.width * found.height > most_pixels:
                    raise Unfit("attachment_too_many_pixels")
                if _hides(content, promised):
                    raise Unfit("attachment_polyglot")
                return _written(found, promised)
        except UnidentifiedImageError:
            raise Unfit("attachment_mismatch") from None
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Unfit("attachment_too_many_pixels") from None
        except (OSError, SyntaxError, ValueError, EOFError, MemoryError):  # what Pillow raises for broken files
            raise Unfit("attachment_broken") from None


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
