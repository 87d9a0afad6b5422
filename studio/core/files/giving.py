"""What an answer says of a file that it gives out."""

import unicodedata
from urllib.parse import quote

from werkzeug.http import dump_options_header

SANDBOX = "default-src 'none'; sandbox"
"""Whatever a file holds runs nothing and reaches nothing."""


def disposition(way: str, name: str) -> str:
    """The Content-Disposition: `attachment` or `inline`, with the name, also where it has letters beyond ASCII."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    if plain == name:
        return dump_options_header(way, {"filename": name})
    encoded = quote(name, safe="!#$&+-.^_`|~")
    return dump_options_header(way, {"filename": plain, "filename*": f"UTF-8''{encoded}"})
