"""What an e-mail link opens.

Following a link changes nothing and shows neither amount nor name, until its reader is known: signed in as the person
it was sent to, or by a code that was mailed there and typed into this browser.
"""

from typing import cast
from uuid import UUID

from flask import (
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import current_person, origin
from studio.accounts.outcomes import Role
from studio.accounts.permissions import public
from studio.accounts.service import workspaces
from studio.approvals import service
from studio.approvals.jobs import Post
from studio.approvals.outcomes import Channel, CodeVerdict
from studio.approvals.people import Person
from studio.approvals.service import attaching, links
from studio.core import rng, tenancy, web
from studio.core.actor import Actor, ActorType
from studio.core.crypto import workspace_of
from studio.core.errors import Conflict, InvalidInput, NotFound, StudioError, Unavailable
from studio.core.limits import limiter
from studio.core.settings import Settings
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.portal import attachments, chosen_files, deciding, escalating, threading
from studio.portal.forms import CodeForm, DecideForm
from studio.portal.views.blueprint import blueprint

BROWSER, MAILBOX = "link_browser", "link_mailbox"
"""Keys of the signed cookie: a secret of this browser, and the token of its mailbox session."""


@blueprint.after_request
def _discreet(answer: Response) -> Response:
    """The address is a locator that must not travel: no referrer, no copy in a cache, no index."""
    if request.path.startswith(("/a/", "/al/")):
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@blueprint.get("/a/<token>")
@public("a mail's link: shows nothing of the request before its reader is known")
@limiter.limit("120 per minute")
def link(token: str) -> ResponseReturnValue:
    """Offer to sign in or to be mailed a code; to a known reader, the decision."""
    uow, found = _find(token)
    reader = _reader(uow, found)
    signed_in = current_person()
    if reader is not None:
        if signed_in is not None:
            return redirect(url_for("portal.approval", request_id=found.request.id))
        return redirect(url_for("portal.link_decision", request_id=found.request.id))
    return _landing(token, found)


@blueprint.post("/a/<token>/code")
@public("asks for a code, which goes to the address of the link's own person only")
@limiter.limit("20 per hour")
def send_code(token: str) -> ResponseReturnValue:
    """Mail six digits, good in this browser."""
    uow, found = _find(token)
    if current_person() is not None:
        return redirect(url_for("portal.link", token=token))
    if BROWSER not in session:
        session[BROWSER] = rng.token()
    try:
        digits = links.new_code(uow, found, session[BROWSER])
        _post().code(uow, found, digits)
    except StudioError as error:
        web.rollback(error)
        return _landing(token, _find(token)[1], error.message), error.status
    flash(_("A code is on its way to the address that the link was sent to."), "info")
    return redirect(url_for("portal.code", token=token))


@blueprint.get("/a/<token>/code")
@public("the form for the code; shows nothing of the request")
def code(token: str) -> ResponseReturnValue:
    """Ask for the six digits."""
    _uow, found = _find(token)
    if found.ended or found.locked or BROWSER not in session:
        return redirect(url_for("portal.link", token=token))
    return render_template("portal/code.html", token=token, form=CodeForm(), problem=None)


@blueprint.post("/a/<token>/code/check")
@public("checks the code; wrong ones are counted in the database")
@limiter.limit("60 per hour")
def check_code(token: str) -> ResponseReturnValue:
    """Open the decision to whoever typed the right digits."""
    uow, found = _find(token)
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(token, form, None, 422)
    if found.ended or found.person is None or current_person() is not None:
        return redirect(url_for("portal.link", token=token))
    verdict = links.try_code(uow, found, session.get(BROWSER, ""), form.code.data or "")
    match verdict:
        case CodeVerdict.RIGHT:
            act_as(uow, found.person)
            session.pop(BROWSER)
            session[MAILBOX] = links.open_session(uow, found)
            return redirect(url_for("portal.link_decision", request_id=found.request.id))
        case CodeVerdict.WRONG:
            return _code_page(token, form, _("That is not the code. Nothing was opened."), 422)
        case CodeVerdict.EXPIRED:
            said = _("That code is too old, or was asked for elsewhere. Ask for a new one.")
            return _code_page(token, form, said, 410)
        case CodeVerdict.LOCKED:
            return _landing(token, _find(token)[1]), 429


@blueprint.get("/a/decision/<uuid:request_id>")
@public("needs the mailbox session of somebody who was asked; checked in the view")
def link_decision(request_id: UUID) -> ResponseReturnValue:
    """The decision page, for somebody whose mailbox was verified."""
    uow, person = _mailbox()
    return _decision_page(uow, person, request_id, DecideForm(formdata=None))


@blueprint.post("/a/decision/<uuid:request_id>")
@public("needs the mailbox session of somebody who was asked; the service checks the rest")
def link_decide(request_id: UUID) -> ResponseReturnValue:
    """Decide. The service checks seat, assignment and content again, as for everybody."""
    form = DecideForm()
    uow, person = _mailbox()
    try:
        vote = deciding.decide(uow, request_id, form, Channel.MAIL_LINK)
        found = service.details(uow, request_id, person)
    except StudioError as error:
        return _refused(request_id, form, error)
    flash(deciding.done_words(vote, found), "good")
    return redirect(url_for("portal.link_decision", request_id=request_id))


@blueprint.post("/a/decision/<uuid:request_id>/acknowledge")
@public("needs the mailbox session of somebody who was asked; the service checks the rest")
def link_acknowledge(request_id: UUID) -> ResponseReturnValue:
    """Say that one is on it."""
    uow, _person = _mailbox()
    try:
        row = service.acknowledge(uow, request_id)
    except StudioError as error:
        return _refused(request_id, DecideForm(formdata=None), error)
    flash(escalating.done_words(row), "good")
    return redirect(url_for("portal.link_decision", request_id=request_id))


@blueprint.post("/a/decision/<uuid:request_id>/comment")
@public("needs the mailbox session of somebody who was asked; checked in the view")
def link_comment(request_id: UUID) -> ResponseReturnValue:
    """Say something without deciding."""
    form = DecideForm()
    uow, _person = _mailbox()
    try:
        deciding.comment(uow, request_id, form)
    except StudioError as error:
        return _refused(request_id, form, error)
    flash(_("Your comment stands below. Nothing was decided."), "info")
    return redirect(url_for("portal.link_decision", request_id=request_id))


@blueprint.get("/a/decision/<uuid:request_id>/attachments/<uuid:attachment_id>")
@public("needs the mailbox session of somebody who was asked; checked in the view")
def link_attachment(request_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """Give an attachment out."""
    uow, person = _mailbox()
    found = service.details(uow, request_id, person)
    return attachments.answer(*attaching.find(found.attachments, attachment_id))


@blueprint.post("/a/decision/<uuid:request_id>/threads")
@public("needs the mailbox session of somebody who was asked; checked in the view")
def link_threads(request_id: UUID) -> ResponseReturnValue:
    """Open a thread, answer in it, resolve it or open it again."""
    form = DecideForm()
    uow, _person = _mailbox()
    try:
        done = threading.act(uow, request_id, form)
    except StudioError as error:
        return _refused(request_id, form, error)
    flash(done, "info")
    return redirect(url_for("portal.link_decision", request_id=request_id))


def _find(token: str) -> tuple[UnitOfWork, links.Found]:
    """The unit of work in the token's workspace, and where the link leads. One answer to all bad tokens."""
    workspace_id = workspace_of(token)
    uow = current_uow()
    if workspace_id is not None:
        signed_in = current_person()
        tenancy.bind(
            uow.session,
            workspace_id=workspace_id,
            user_id=signed_in.user_id if signed_in else None,
        )
        uow.workspace_id = workspace_id
        found = links.find(uow, token)
        if found is not None:
            return uow, found
    raise NotFound(_("This link leads nowhere. Look for the newest mail, or sign in."), code="no_link")


def _reader(uow: UnitOfWork, found: links.Found) -> Person | None:
    """The link's own person, where this browser has shown to be theirs; nobody else counts."""
    if found.person is None:
        return None
    signed_in = current_person()
    if signed_in is not None:
        return found.person if signed_in.user_id == found.person.id else None
    token = session.get(MAILBOX)
    known = links.session_person(uow, token) if token else None
    return known[1] if known and known[1].id == found.person.id else None


def _mailbox() -> tuple[UnitOfWork, Person]:
    """The unit of work as the person of this browser's mailbox session. Raises NotFound."""
    token: str = session.get(MAILBOX) or ""
    workspace_id = workspace_of(token)
    uow = current_uow()
    if workspace_id is not None:
        tenancy.bind(uow.session, workspace_id=workspace_id)
        uow.workspace_id = workspace_id
        known = links.session_person(uow, token)
        if known is not None:
            session_id, person = known
            act_as(uow, person, session_id)
            return uow, person
    raise NotFound(_("Open the link of your mail again, or sign in."), code="mailbox_unknown")


def act_as(uow: UnitOfWork, person: Person, session_id: UUID | None = None) -> None:
    """Whatever seat the person has: who comes by mail acts as an approver, no more."""
    where = origin(session_id)
    uow.actor = Actor(ActorType.APPROVER, str(person.id), person.name, person.id, Role.APPROVER, origin=where)
    g.reader_time_zone = person.time_zone


def _landing(token: str, found: links.Found, problem: str | None = None) -> str:
    signed_in = current_person()
    return render_template(
        "portal/link.html",
        token=token,
        end=found.end,
        ended_at=found.ended_at,
        locked=found.locked,
        signed_in_as=signed_in.email if signed_in else None,
        problem=problem,
        target=url_for("portal.approval", request_id=found.request.id),
    )


def _code_page(token: str, form: CodeForm, problem: str | None, status: int) -> ResponseReturnValue:
    page = render_template("portal/code.html", token=token, form=form, problem=problem)
    return page, status


def _decision_page(
    uow: UnitOfWork,
    person: Person,
    request_id: UUID,
    form: DecideForm,
    error: StudioError | None = None,
) -> ResponseReturnValue:
    found = service.details(uow, request_id, person, shown=form.shown.data if error else None)
    page = render_template(
        "portal/link_decision.html",
        found=found,
        form=form,
        problem=error,
        now=uow.now,
        workspace=workspaces.current(uow),
    )
    return page, error.status if error else 200


def _refused(request_id: UUID, form: DecideForm, error: StudioError) -> ResponseReturnValue:
    """The page as it stands now, with why nothing was done; a reader who is no longer one sees only that."""
    if isinstance(error, NotFound):
        raise error
    web.rollback(error)
    uow, person = _mailbox()
    if isinstance(error, InvalidInput | Conflict):
        chosen_files.come_back(uow, form)
    return _decision_page(uow, person, request_id, form, error)


def _post() -> Post:
    mailer = current_app.extensions.get("studio_mailer")
    if mailer is None:
        raise Unavailable(_("Mail is not set up, so no code can be sent. Sign in instead."))
    settings = cast("Settings", current_app.extensions["studio_settings"])
    return Post(mailer, settings.public_url)
