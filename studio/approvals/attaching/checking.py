"""What is let in as an attachment: an image or a PDF by its content, of that name, of bearable size, and nothing else.

Images are decoded and written anew: what is kept holds pixels alone, no place where it was taken, and nothing that was
hidden behind them. A PDF is kept as it came, and only ever given out as a download.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Protocol

from flask_babel import gettext as _

from studio.approvals.attaching import names
from studio.core.errors import InvalidInput

MOST_BYTES = 8 * 1024 * 1024
"""Of one file as it comes."""
MOST = 5
"""Files of one request, decision or comment."""
MOST_PIXELS = 24_000_000
"""Of one image: a telephone's photograph has twelve million."""
PDF = "application/pdf"


class Upload(Protocol):
    """A file as a form sends it."""

    filename: str | None

    @property
    def stream(self) -> IO[bytes]:
        """What it holds."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that is let in."""

    name: str
    media_type: str
    content: bytes
    """As it is kept."""


def check_all(uploads: Sequence[Upload], field: str = "attachments") -> list[Checked]:
    """Each of them, or InvalidInput at the path of the first that is not let in. An empty field is no file."""
    given = [one for one in uploads if getattr(one, "filename", "")]  # a text of that name is no file
    if len(given) > MOST:
        raise InvalidInput(_("At most %(most)s files can be attached at once.", most=MOST), code="too_many_attachments",
                           field=field)  # fmt: skip
    return [
        check(one.filename or "", one.stream.read(MOST_BYTES + 1), f"{field}.{index}")
        for index, one in enumerate(given)
    ]


def check(name: str, content: bytes, field: str) -> Checked:
    """One file. Raises InvalidInput with the code of what is wrong with it."""
    wrong = names.fault(name)
    if wrong is not None:
        raise _refused(wrong, field)
    if not content:
        raise _refused("attachment_empty", field)
    if len(content) > MOST_BYTES:
        raise _refused("attachment_too_large", field)
    promised = names.promised(name)
    if promised == PDF:
        _check_pdf(content, field)
        return Checked(name, PDF, content)
    return Checked(name, promised, _image(content, promised, field))


def _check_pdf(content: bytes, field: str) -> None:
    """Its header stands at the very beginning and its end at the very end; and it is not an archive as well."""
    if not content.startswith((b"%PDF-1.", b"%PDF-2.")):
        raise _refused("attachment_mismatch", field)
    _head, marker, tail = content.rpartition(b"%%EOF")
    if not marker:
        raise _refused("attachment_broken", field)
    if tail.strip(b"\r\n\t \0") or zipfile.is_zipfile(io.BytesIO(content)):
        raise _refused("attachment_polyglot", field)


def _image(content: bytes, promised: str, field: str) -> bytes:
    """The same pixels, written anew."""
    from studio.core.files import pictures  # noqa: PLC0415 - see there: loaded with the first picture

    try:
        return pictures.rewritten(content, promised, MOST_PIXELS)
    except pictures.Unfit as unfit:
        raise _refused(f"attachment_{unfit}", field) from None


def _refused(code: str, field: str) -> InvalidInput:
    words = {
        "attachment_name": _("This file's name cannot be used. Give it a plain name, such as receipt.pdf."),
        "attachment_type": _("Only images (PNG, JPEG, WebP) and PDF can be attached."),
        "attachment_empty": _("This file is empty."),
        "attachment_too_large": _("A file may have at most %(most)s MB.", most=MOST_BYTES // 1024**2),
        "attachment_mismatch": _("This file is not what its name says."),
        "attachment_broken": _("This file is damaged: it cannot be read to its end."),
        "attachment_too_many_pixels": _("This image has more than %(most)s million pixels. Make it smaller.",
                                        most=MOST_PIXELS // 1_000_000),
        "attachment_polyglot": _("This file holds something else beside what its name says."),
    }  # fmt: skip
    return InvalidInput(str(words[code]), code=code, field=field)
