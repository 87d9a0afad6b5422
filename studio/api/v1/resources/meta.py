"""The document of the API itself."""

import orjson
from flask import Response

from studio.accounts.permissions import public
from studio.api.v1.blueprint import blueprint
from studio.api.v1.openapi import document


@blueprint.get("/openapi.json")
@public("it describes the API and holds nothing of a workspace")
def openapi() -> Response:
    """Describe the API in OpenAPI 3.1."""
    return Response(orjson.dumps(document()), content_type="application/json")
