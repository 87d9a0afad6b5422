"""The words of alerts' mails. The link of a mail opens a page; it does nothing by itself."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name

from studio.approvals import people
from studio.approvals.letters import Letter, laid_out
from studio.approvals.people import Person
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import rows
from studio.oversight.alerts.course import State
from studio.oversight.alerts.tables import Alert


def alert(uow: UnitOfWork, row: Alert, reader: Person, link: str, mended_at: str) -> Letter:
    """To somebody who is told: what, since when, how often, and the page on which they say that they are on it."""
    kind = rows.kind_of(row)
    title = kind.title(row)
    return laid_out(
        title,
        [_("Hello %(name)s,", name=reader.name)],
        title=title + ".",
        said=kind.lines(uow, row),
        facts=[
            (_("Workspace"), people.workspace_name(uow)),
            (_("Since"), said_at(row.first_at, reader)),
            (_("How often"), separated(row.count)),
        ],
        after=[_("See what happened: %(url)s", url=mended_at)],
        link=(_("Say that you are on it"), link),
        small=_("Opening the link does nothing yet. It is meant for you alone; do not forward it."),
    )


def digest(uow: UnitOfWork, held: Sequence[tuple[Alert, str]], reader: Person) -> Letter:
    """To somebody after quiet hours: all that was held back for them."""
    count = len(held)
    title = _("%(count)s alerts during quiet hours", count=count) if count > 1 else _("An alert during quiet hours")
    return laid_out(
        title,
        [_("Hello %(name)s,", name=reader.name)],
        title=title + ".",
        said=[_("They were not urgent, and were held back until now.")],
        entries=[(f"{rows.kind_of(row).title(row)} ({_standing(uow, row)})", link) for row, link in held],
        small=_("Opening a link does nothing yet. They are meant for you alone; do not forward them."),
    )


def news(uow: UnitOfWork, row: Alert, what: str, reader: Person, link: str) -> Letter:
    """To those who were told: somebody is on it, or it is over."""
    title = rows.kind_of(row).title(row)
    who = people.by_id(uow, row.acknowledged_by if what == "acknowledged" else row.resolved_by)
    name = who.name if who is not None else _("Somebody")
    if what == "acknowledged":
        subject, said = _("%(name)s is on it: %(title)s", name=name, title=title), _("Nobody else is told any more.")
    elif what == "resolved":
        subject, said = _("Over: %(title)s", title=title), _("%(name)s said that it is over.", name=name)
    elif what == "cleared":
        subject, said = _("Over: %(title)s", title=title), _("The workflow says that it is over.")
    elif what == "ended":
        subject, said = _("Over: %(title)s", title=title), _("It was turned off, so it cannot go wrong any more.")
    else:
        subject, said = _("Works again: %(name)s", name=row.thing_name), _("Nothing is to be done any more.")
    lasted = [(_("Since"), said_at(row.first_at, reader)), (_("How often"), separated(row.count))]
    if row.resolved_at is not None:
        lasted.append((_("Over at"), said_at(row.resolved_at, reader)))
    return laid_out(
        subject, [_("Hello %(name)s,", name=reader.name)], title=title + ".", said=[said], facts=lasted,
        link=(_("See the alert"), link),
    )  # fmt: skip


def _standing(uow: UnitOfWork, row: Alert) -> str:
    if row.state == State.OPEN:
        return _("open")
    if row.state == State.RESOLVED:
        return _("over by now")
    who = people.by_id(uow, row.acknowledged_by)
    return _("%(name)s is on it", name=who.name) if who is not None else _("somebody is on it")


def said_at(moment: datetime, reader: Person) -> str:
    """A moment in the reader's own zone and language: a worker has no request to ask."""
    local, locale = moment.astimezone(ZoneInfo(reader.time_zone)), reader.locale.replace("-", "_")
    day, time = format_date(local, "full", locale), format_time(local, "short", local.tzinfo, locale)
    return f"{day}, {time} ({get_timezone_name(local, locale=locale)})"
