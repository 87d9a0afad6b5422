"""Files as people hand them in."""

import io
import zipfile

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


def picture(form="PNG", size=(40, 30), mode="RGB", colour="teal", **more) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, colour).save(made, form, **more)
    return made.getvalue()


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as whole:
        whole.writestr("evil.html", "<script>alert(1)</script>")
    return made.getvalue()
