"""Signing in by a workspace's own provider: off to it, back from it, and the password that links an account once."""

from uuid import UUID

from flask import make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts import policy
from studio.accounts.federation import attempts
from studio.accounts.federation.door import Proved, Visitor
from studio.accounts.federation.entering import Entered, PasswordWanted
from studio.accounts.forms import LinkForm, ViaForm, WorkspaceNameForm
from studio.accounts.going_out import browser, door, going_out
from studio.accounts.identity import SESSION_KEY, current_person, origin
from studio.accounts.permissions import public
from studio.accounts.service import sessions, workspaces
from studio.accounts.views.blueprint import blueprint
from studio.accounts.views.signin import let_in
from studio.core import web
from studio.core.errors import NotFound
from studio.core.ids import parse_id
from studio.core.limits import limiter

_LINK, _WHERE = "sign_in_link", "sign_in_link_at"
_NOBODY = "nobody is signed in yet"


@blueprint.get("/sso")
@public(_NOBODY)
def find_workspace() -> ResponseReturnValue:
    """Ask which workspace somebody works in, where several have a provider."""
    return render_template("accounts/sso_find.html", form=WorkspaceNameForm())


@blueprint.post("/sso")
@public(_NOBODY)
@limiter.limit("30 per minute")
def find_workspace_post() -> ResponseReturnValue:
    """Go on at the workspace's own page."""
    form = WorkspaceNameForm()
    if form.validate_on_submit():
        slug = (form.slug.data or "").strip().lower()
        try:
            found = workspaces.provider_at(web.current_uow(), slug)
        except NotFound as error:
            form.slug.errors = [error.message]
        else:
            return redirect(url_for("accounts.workspace_sign_in", slug=found.slug))
    return render_template("accounts/sso_find.html", form=form), 422


@blueprint.get("/sign-in/<slug>")
@public(_NOBODY)
@limiter.limit("60 per minute")
def workspace_sign_in(slug: str) -> ResponseReturnValue:
    """A workspace's own page: on to its provider."""
    offered = workspaces.provider_at(web.current_uow(), slug)
    form = ViaForm(next=policy.safe_next(request.args.get("next")))
    return render_template("accounts/sign_in_by.html", form=form, offered=offered)


@blueprint.post("/sign-in/<slug>")
@public(_NOBODY)
@limiter.limit("30 per minute")
def workspace_sign_in_post(slug: str) -> ResponseReturnValue:
    """Send the browser to the provider."""
    offered, form = workspaces.provider_at(web.current_uow(), slug), ViaForm()
    web.commit()  # nothing is held while the provider is asked
    then = {"next": policy.safe_next(form.next.data) if form.validate_on_submit() else None}
    return going_out(door().begin(offered.id, Visitor(browser(), origin()), then))


@blueprint.get("/sso/callback")
@public("the provider's way back; state, browser and all that its token says are looked at before anything is done")
@limiter.limit("60 per minute")
def sso_callback() -> ResponseReturnValue:
    """Let in whom the provider vouches for; what does not fit is refused and changes nothing."""
    person = current_person() if SESSION_KEY in session else None
    web.commit()  # nothing is held while the provider is asked
    back = door().returned(request.args.to_dict(), _visitor(person.session_id if person else None))
    if isinstance(back, Proved):
        answer = redirect(url_for("guard.step_up_proved", step_up_id=back.then["step_up"], attempt=back.attempt_id))
    elif isinstance(back, PasswordWanted):
        session[_LINK], session[_WHERE] = str(back.attempt_id), str(back.workspace_id)
        answer = redirect(url_for("accounts.link_account"))
    else:
        answer = make_response(_entered(back))
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/sso/link")
@public("whoever has come back from the provider; the password decides")
def link_account() -> ResponseReturnValue:
    """Ask once for the password of the account that has their address."""
    return _ask(LinkForm())


@blueprint.post("/sso/link")
@public("whoever has come back from the provider; the password decides")
@limiter.limit("10 per minute")
def link_account_post() -> ResponseReturnValue:
    """Link the two, where the password is right."""
    form, (workspace_id, attempt_id) = LinkForm(), _waiting()
    if not form.validate_on_submit():
        return _ask(form), 422
    done = door().link(workspace_id, attempt_id, _visitor(), form.password.data or "")
    if done is None:
        form.password.errors = [_("This is not the password of that account.")]
        return _ask(form), 401
    return _entered(done)


def _ask(form: LinkForm) -> str:
    workspace_id, attempt_id = _waiting()
    email, provider = door().waiting(workspace_id, attempt_id, _visitor())
    return render_template("accounts/sso_link.html", form=form, email=email, provider=provider)


def _waiting() -> tuple[UUID, UUID]:
    workspace_id, attempt_id = parse_id(session.get(_WHERE, "")), parse_id(session.get(_LINK, ""))
    if workspace_id is None or attempt_id is None:
        raise attempts.unknown()
    return workspace_id, attempt_id


def _entered(back: Entered) -> ResponseReturnValue:
    with web.database().unit() as unit:  # the request's own may be a reading one
        sessions.revoke_token(unit, session.get(SESSION_KEY))
    return let_in(back.person, back.target)


def _visitor(session_id: UUID | None = None) -> Visitor:
    return Visitor(browser(), origin(session_id), session_id)
