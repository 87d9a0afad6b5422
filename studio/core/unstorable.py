"""The zero character, which PostgreSQL keeps in no text: no form and no address of a page brings one in.

Nobody types it, so a form that holds one is refused as a whole. In an address it means nothing: a part of a path names
nothing, and what it asks for is read without it. What the API is sent is looked over in depth (api/v1/reading.py).
"""

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

from studio.core.errors import InvalidInput, NotFound
from studio.core.i18n import gettext as _

ZERO = "\0"
_READ_THERE = ("/api/", "/scim/")


def init_app(app: Flask) -> None:
    """Read requests so from now on."""
    app.request_class = StorableRequest
    app.before_request(_refuse_address)


class StorableRequest(Request):
    """Flask's request, whose texts every column can hold."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What the address asks for."""
        found: MultiDict[str, str] = super().args
        if b"%00" not in self.query_string or self.path.startswith(_READ_THERE):
            return found
        return ImmutableMultiDict([(name, value.replace(ZERO, "")) for name, value in found.items(multi=True)])

    def _load_form_data(self) -> None:
        """Read the form, at its first use. Raises InvalidInput."""
        super()._load_form_data()
        for name, value in self.form.items(multi=True):
            check(name, name)
            check(value, name)


def check(text: str, path: str) -> None:
    """Raise InvalidInput at `path` where a text holds a zero character."""
    if ZERO in text:
        raise InvalidInput(
            _("This holds a zero character, which cannot be stored."),
            code="body.text",
            field=path.replace(ZERO, "")[:200],
        )


def _refuse_address() -> None:
    if any(ZERO in value for value in (request.view_args or {}).values() if isinstance(value, str)):
        raise NotFound(_("There is nothing at this address."))
