"""The first page of a new installation: who owns it, and what its workspace is called.

Whoever comes first becomes the owner of everything. On this machine alone nobody else can come; anywhere else the page
asks for the token that Studio prints when it starts.
"""

from urllib.parse import urlsplit

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from studio.accounts import entering
from studio.accounts.permissions import public
from studio.accounts.service import founding, signin
from studio.accounts.service.founding import Founder
from studio.accounts.service.workspaces import WorkspaceFacts
from studio.console.blueprint import blueprint, keyring, settings
from studio.console.first_run_form import FirstRunForm
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.limits import limiter
from studio.core.settings import LOCAL_HOSTS
from studio.core.web import current_uow, rollback
from studio.gallery import demo

_KEPT = "first_run"


@blueprint.get("/first-run/<token>")
@public("the link that Studio prints when it starts; it changes nothing")
@limiter.limit("30 per minute")
def first_run_link(token: str) -> ResponseReturnValue:
    """Take the token out of the address, so that it stays in no history and no referrer."""
    session[_KEPT] = token
    return redirect(url_for("console.first_run"))


@blueprint.get("/first-run")
@public("nobody is there yet; once a workspace exists the page is gone")
@limiter.limit("60 per minute")
def first_run() -> ResponseReturnValue:
    """Ask who owns this installation."""
    _admit()
    return render_template("console/first_run.html", form=FirstRunForm())


@blueprint.post("/first-run")
@public("nobody is there yet; once a workspace exists the page is gone")
@limiter.limit("20 per minute")
def first_run_post() -> ResponseReturnValue:
    """Make owner and workspace, and sign the owner in."""
    _admit()
    form, uow = FirstRunForm(), current_uow()
    if not form.validate_on_submit():
        return render_template("console/first_run.html", form=form), 422
    facts = WorkspaceFacts(form.workspace.data or "", form.currency.data, form.time_zone.data, form.locale.data)
    founder = Founder(form.email.data or "", form.person.data or "", form.password.data or "")
    try:
        user = founding.found(uow, facts, founder)
        if form.demo.data:
            demo.install_refunds(uow, keyring(), [user.id])
    except (InvalidInput, Conflict) as error:
        rollback(error)
        form.show(error)
        return render_template("console/first_run.html", form=form), 422
    person = signin.enter(uow, user.id)
    entering.enter(person)
    return redirect(url_for("console.home"))


def _admit() -> None:
    """Raises Gone once somebody owns Studio, Forbidden where it is not known that an operator asks."""
    if not founding.due(current_uow()):
        raise founding.over()
    if _on_this_machine() or founding.proves(keyring(), session.get(_KEPT)):
        return
    raise Forbidden(
        _("Studio is not set up yet. Open the link that it printed when it started: it shows that you run it."),
        code="setup_token",
    )


def _on_this_machine() -> bool:
    """Nobody but people at this machine can reach it, and their browser knows it by no other name.

    A name of somebody else's that leads here would let that somebody's pages set Studio up.
    """
    here, asked = settings(), urlsplit(f"//{request.host}").hostname
    return here.embedded and here.is_local and here.host in LOCAL_HOSTS and asked in LOCAL_HOSTS
