"""`/hooks/<address>`: where shops and other systems deliver."""

from typing import cast

import orjson
from flask import Blueprint, Response, current_app, request

from studio.accounts.permissions import public
from studio.runtime.hooks.receiving import MAX_BYTES, Delivery, Receiver

blueprint = Blueprint("hooks", __name__)


@blueprint.route("/hooks/<address>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], provide_automatic_options=False)
@public("its address is a 256-bit secret, and its body may be signed", hot=True)
def receive(address: str) -> Response:
    """Take one delivery; the answer leaves after the commit."""
    request.max_content_length = MAX_BYTES + 1
    receiver = cast("Receiver", current_app.extensions["studio_receiver"])
    delivery = Delivery(
        request.method,
        request.content_type or "",
        {name.lower(): value for name, value in request.headers.items()},
        request.args,
        request.get_data(cache=False),
    )
    reply = receiver.receive(address, delivery)
    return Response(orjson.dumps(reply.data), reply.status, mimetype="application/json")
