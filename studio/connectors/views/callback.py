"""Where a provider sends the browser back to."""

from flask import make_response, render_template, request, session
from flask.typing import ResponseReturnValue

from studio.accounts.identity import current_person
from studio.accounts.permissions import public
from studio.connectors.oauth.connecting import Visitor
from studio.connectors.views.blueprint import BROWSER, blueprint, connecting
from studio.core import web
from studio.core.limits import limiter
from studio.core.web import current_uow


@blueprint.get("/connections/callback")
@public("the provider's way back; state, browser, person and their permission are looked at before anything is done")
@limiter.limit("60 per minute")
def callback() -> ResponseReturnValue:
    """Trade the code for tokens, try them, keep them; what does not fit is refused and changes nothing."""
    uow = current_uow()
    known = current_person() is not None
    visitor = Visitor(session.get(BROWSER, ""), uow.actor if known else None, uow.workspace_id if known else None)
    web.commit()  # nothing is held while the provider is asked
    back = connecting().returned(request.args.to_dict(), visitor)
    answer = make_response(render_template("connections/connected.html", back=back))
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer
