"""Home: what needs me?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from studio.accounts.identity import Person, current_person, signed_in_person
from studio.accounts.outcomes import Role
from studio.accounts.permissions import permission, public
from studio.approvals.service import listing
from studio.builder.picture import picture
from studio.console import home_figures as figures
from studio.console import touring
from studio.console.blueprint import blueprint
from studio.console.home_chart import bars
from studio.console.home_counts import Calendar, counted
from studio.console.home_figures import Trouble
from studio.core import clock
from studio.core.etags import fresh
from studio.core.formats import ago
from studio.core.retelling import retold
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.gallery import loading, service
from studio.gallery.template import Template

MOST_APPROVALS = 3
OFFERED = 3


@dataclass(frozen=True, slots=True)
class Need:
    """One line of "Needs attention"."""

    icon: str
    kind: str
    title: str
    detail: str
    verb: str
    url: str


@blueprint.get("/")
@public("sends everybody to their own first page")
def root() -> ResponseReturnValue:
    """Where somebody begins: Home, the inbox of an approver seat, or sign-in."""
    person = current_person()
    if person is None:
        return redirect(url_for("accounts.sign_in"))
    if person.seat is None:
        return redirect(url_for("accounts.workspaces"))
    return redirect(url_for("portal.inbox" if person.seat.role is Role.APPROVER else "console.home"))


@blueprint.get("/home")
@permission("home.read")
def home() -> ResponseReturnValue:
    """What needs me, four figures, two weeks, the busiest."""
    uow, person = current_uow(), signed_in_person()
    if not figures.has_workflows(uow):
        return _empty(uow, person)
    calendar = Calendar.of(clock.local_now(), ZoneInfo(person.time_zone))
    runs = counted(uow, calendar)
    days = figures.days(runs, calendar)
    page = render_template(
        "console/home.html",
        greeting=_greeting(person),
        today=days[-1],
        bars=bars(days),
        days=days,
        waiting=listing.counts(uow, person.user_id)[listing.Tab.PENDING],
        due=listing.due_before(uow, person.user_id, calendar.days[-1] + timedelta(days=1)),
        people=figures.waiting_for_people(uow),
        money=figures.approved_money(uow, calendar, _currency(person)),
        currency=_currency(person),
        needs=_needs(uow, person, calendar),
        busiest=figures.busiest(uow, runs),
        offered=() if figures.has_runs(uow) else _offered(uow),
        tour=touring.checklist(uow, person),
    )
    return fresh(page)


def _empty(uow: UnitOfWork, person: Person) -> str:
    return render_template(
        "console/home_empty.html",
        greeting=_greeting(person),
        templates=_offered(uow),
        tour=touring.checklist(uow, person),
    )


def _offered(uow: UnitOfWork) -> list[tuple[Template, Markup]]:
    place = service.place_of(uow)
    return [(one, picture(service.preview(uow, one, place))) for one in loading.templates()[:OFFERED]]


def _greeting(person: Person) -> str:
    hour = clock.local_now().astimezone(ZoneInfo(person.time_zone)).hour
    name = person.name.split()[0] if person.name.split() else person.name
    if 5 <= hour < 12:
        return str(_("Good morning, %(name)s", name=name))
    if 12 <= hour < 18:
        return str(_("Good afternoon, %(name)s", name=name))
    return str(_("Good evening, %(name)s", name=name))


def _currency(person: Person) -> str:
    return person.seat.currency if person.seat else "EUR"


def _needs(uow: UnitOfWork, person: Person, calendar: Calendar) -> list[Need]:
    page = listing.listed(uow, person.user_id, listing.Filters(), size=MOST_APPROVALS)
    return [
        *(_approval(item, uow.now) for item in page.items),
        *(_stuck(one) for one in figures.stuck(uow)),
        *(_failed(one) for one in figures.failures(uow, calendar)),
    ]


def _approval(item: listing.Item, now: datetime) -> Need:
    request = item.request
    due, asked = request.due_at, _("Asked %(when)s", when=ago(request.created_at))
    if due is not None and due <= now:
        detail = _("Its time has run out")
    else:
        detail = f"{asked}, {_('to be decided %(when)s', when=ago(due))}" if due is not None else asked
    url = url_for("portal.approval", request_id=request.id)
    return Need("approval", "approval", request.title, detail, _("Decide"), url)


def _failed(one: Trouble) -> Need:
    title = ngettext("%(name)s failed once today", "%(name)s failed %(num)s times today", one.runs, name=one.workflow)
    return _runs(one, title, _("See the run") if one.runs == 1 else _("See the runs"))


def _stuck(one: Trouble) -> Need:
    title = ngettext("A run of %(name)s needs a look", "%(num)s runs of %(name)s need a look", one.runs,
                     name=one.workflow)  # fmt: skip
    return _runs(one, title, _("Look"))


def _runs(one: Trouble, title: str, verb: str) -> Need:
    since = "24h" if one.state == "failed" else None
    several = url_for("console.runs", workflow=one.workflow_id, state=one.state, since=since)
    url = url_for("console.run", run_id=one.latest) if one.runs == 1 else several
    cause = retold(one.cause) or _("No cause was recorded")
    detail = cause if one.runs == 1 else _("Same cause: %(cause)s", cause=cause)
    return Need("alert", "action", title, detail, verb, url)
