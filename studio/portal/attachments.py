"""Giving an attachment out: pictures to look at, everything else to download, and neither as a page of Studio's."""

from uuid import UUID

from flask import Response, request

from studio.approvals.models import Attachment
from studio.core import web
from studio.core.files import storing
from studio.core.files.giving import SANDBOX, disposition
from studio.core.web import current_uow


def answer(found: Attachment, file_id: UUID) -> Response:
    """The file, a chunk at a time. Only what was decoded and written anew is shown where it stands."""
    inline = found.is_image and "download" not in request.args
    body = storing.stream(web.database(), current_uow().workspace, file_id)
    given = Response(body, content_type=found.media_type)
    given.content_length = found.size
    given.headers["Content-Disposition"] = disposition("inline" if inline else "attachment", found.name)
    given.headers["Content-Security-Policy"] = SANDBOX
    given.headers["X-Frame-Options"] = "DENY"
    given.headers["Cache-Control"] = "private, no-cache"
    given.set_etag(found.sha256)
    given.make_conditional(request)
    return given
