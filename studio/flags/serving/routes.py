"""The addresses of flags' clients as Flask knows them: what each states of itself, and 405 for other methods."""

from typing import cast

from flask import Blueprint, Response, current_app, request

from studio.accounts.permissions import public
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.flags.serving.addresses import ADDRESSES, Address
from studio.flags.serving.front import answer
from studio.flags.serving.serving import Serving

blueprint = Blueprint("flag_clients", __name__)


def _add(address: Address) -> None:
    @public(address.why, hot=True)
    def view(flag_name: str = "") -> Response:
        """The same answer as before Flask."""
        del flag_name  # read from the path
        reply = answer(cast("Serving", current_app.extensions["studio_flag_serving"]), request.environ)
        if reply is None:
            raise NotFound(_("There is nothing at this address."))
        return Response(reply.stream if reply.stream is not None else reply.body, reply.status, list(reply.headers))

    blueprint.add_url_rule(
        address.path, address.endpoint, view, methods=[address.method], provide_automatic_options=False
    )


for _address in ADDRESSES:
    _add(_address)
