"""Sign-in, sign-out, and the choice of a workspace."""

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _

from studio.accounts import entering, policy
from studio.accounts.forms import SignInForm
from studio.accounts.identity import SESSION_KEY, Person, SeatFacts, current_person, signed_in_person
from studio.accounts.outcomes import Role, SignIn
from studio.accounts.permissions import public, signed_in
from studio.accounts.service import founding, sessions, signin
from studio.accounts.service import workspaces as workspaces_service
from studio.accounts.views.blueprint import blueprint
from studio.core import web
from studio.core.ids import parse_id
from studio.core.limits import limiter


@blueprint.get("/sign-in")
@public("nobody is signed in yet")
def sign_in() -> ResponseReturnValue:
    """Ask for address and password."""
    target = policy.safe_next(request.args.get("next"))
    if founding.due(web.current_uow()):
        return redirect("/first-run")
    if SESSION_KEY in session and current_person() is not None:
        return redirect(target or "/")
    return _page(SignInForm(next=target))


@blueprint.post("/sign-in")
@public("nobody is signed in yet")
@limiter.limit("30 per minute")
def sign_in_post() -> ResponseReturnValue:
    """Sign in; the same answer whether the address or the password is wrong."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form), 422
    checked = signin.check_password(web.database(), form.email.data or "", form.password.data or "")
    outcome = signin.sign_in(web.current_uow(), checked, old_token=session.get(SESSION_KEY))
    if outcome.person is not None:
        return let_in(outcome.person, policy.safe_next(form.next.data))
    if outcome.result is SignIn.ELSEWHERE:
        return redirect(url_for("accounts.workspace_sign_in", slug=outcome.elsewhere[0].slug, next=form.next.data))
    problem, status = _("The e-mail address or the password is not right."), 401
    if outcome.result is SignIn.LOCKED and outcome.wait is not None:
        wait = format_timedelta(outcome.wait, granularity="minute")
        problem, status = _("Too many failed attempts. Try again in %(wait)s.", wait=wait), 429
    return _page(form, problem), status


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    signin.sign_out(web.current_uow(), signed_in_person())
    session.clear()
    return redirect(url_for("accounts.sign_in"))


@blueprint.get("/workspaces")
@signed_in
def workspaces() -> ResponseReturnValue:
    """Choose among one's seats."""
    return render_template("accounts/workspaces.html", seats=signed_in_person().seats)


@blueprint.post("/workspaces/<workspace_id>")
@signed_in
def choose_workspace(workspace_id: str) -> ResponseReturnValue:
    """Go on in another workspace."""
    seat = sessions.choose_workspace(web.current_uow(), signed_in_person(), parse_id(workspace_id))
    return redirect(_first_page(seat))


def _page(form: SignInForm, problem: str | None = None) -> str:
    offered = workspaces_service.with_provider(web.current_uow())
    return render_template("accounts/sign_in.html", form=form, problem=problem, offered=offered)


def let_in(person: Person, target: str | None) -> ResponseReturnValue:
    """Give the browser its session, and go on where its person wanted to go."""
    entering.enter(person)
    if person.seat is None:
        return redirect(url_for("accounts.workspaces"))
    return redirect(target or _first_page(person.seat))


def _first_page(seat: SeatFacts) -> str:
    return "/inbox" if seat.role is Role.APPROVER else "/"
