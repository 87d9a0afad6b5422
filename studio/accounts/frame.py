"""The frame around pages: which entries a seat sees, whose language and time zone a page speaks."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from studio.accounts.identity import Person, known_person
from studio.accounts.outcomes import Role
from studio.core import languages, web
from studio.core.unit_of_work import UnitOfWork

Count = Callable[[UnitOfWork], str]
"""What stands behind an entry; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation. Shown where its page exists and the seat carries its permission."""

    endpoint: str
    label: LazyString
    icon: str
    permission: str | None
    group: int


ENTRIES = (
    Entry("console.home", _l("Home"), "home", "home.read", 1),
    Entry("portal.inbox", _l("Inbox"), "inbox", "approval.read", 1),
    Entry("portal.requests", _l("My requests"), "approval", "approval.read", 1),
    Entry("console.workflows", _l("Workflows"), "workflow", "workflow.read", 1),
    Entry("console.runs", _l("Runs"), "runs", "run.read", 1),
    Entry("portal.alerts", _l("Alerts"), "bell", "alert.read", 1),
    Entry("gallery.index", _l("Gallery"), "gallery", "gallery.read", 1),
    Entry("connections.listing", _l("Connections"), "plug", "connection.read", 2),
    Entry("console.event_sources", _l("Event sources"), "webhook", "event.read", 2),
    Entry("flags.listing", _l("Flags"), "flag", "flag.read", 2),
    Entry("console.reports", _l("Reports"), "calendar", "approval.report", 2),
    Entry("console.audit", _l("Audit"), "audit", "audit.read", 2),
    Entry("console.mailbox", _l("Mailbox"), "mail", "mailbox.read", 2),
    Entry("accounts.settings", _l("Settings"), "settings", "settings.read", 3),
)
PORTAL_ENTRIES = (
    Entry("portal.inbox", _l("Inbox"), "inbox", "approval.read", 1),
    Entry("portal.done", _l("Done"), "check", "approval.read", 1),
    Entry("portal.requests", _l("My requests"), "approval", "approval.read", 1),
    Entry("portal.away", _l("Away"), "clock", "approval.decide", 1),
    Entry("accounts.profile", _l("Profile"), "user", None, 1),
)

ROLE_NAMES = {
    Role.OWNER.value: _l("Owner"),
    Role.ADMIN.value: _l("Admin"),
    Role.BUILDER.value: _l("Builder"),
    Role.AUDITOR.value: _l("Auditor"),
    Role.APPROVER.value: _l("Approver"),
}

_COUNTS = "studio_nav_counts"


def init_app(app: Flask) -> None:
    """Give templates `nav`, `person`, `may()`."""
    app.extensions.setdefault(_COUNTS, {})
    app.context_processor(_context)


def count(app: Flask, endpoint: str, how_many: Count) -> None:
    """Show a number behind an entry, such as what waits in the inbox."""
    app.extensions.setdefault(_COUNTS, {})[endpoint] = how_many


def locale() -> str | None:
    """Flask-Babel's selector: the person's, the workspace's, then what the browser asks for."""
    person = known_person()
    if person is not None:
        return person.locale
    return request.accept_languages.best_match(languages.LOCALES) if has_request_context() else None


def time_zone() -> str | None:
    """Flask-Babel's selector: the person's, the workspace's, or a known but not signed-in reader's."""
    person = known_person()
    return person.time_zone if person is not None else g.get("reader_time_zone")


def _context() -> dict[str, object]:
    person = known_person()
    return {
        "person": person,
        "may": person.may if person and person.seat else _nothing,
        "nav": _visible(person) if person and person.seat else (),
        "portal_only": person is not None and _portal_only(person),
        "nav_counts": _counts,
        "role_names": ROLE_NAMES,
        "endpoints": current_app.view_functions,
    }


def _visible(person: Person) -> list[Entry]:
    entries = PORTAL_ENTRIES if _portal_only(person) else ENTRIES
    return [
        entry
        for entry in entries
        if entry.endpoint in current_app.view_functions and (entry.permission is None or person.may(entry.permission))
    ]


def _portal_only(person: Person) -> bool:
    approver = person.seat is not None and person.seat.role is Role.APPROVER
    return approver and not person.may("home.read")


def _counts(endpoint: str) -> str:
    """Asked by the frame alone: an error page after a roll-back shows none."""
    how_many = current_app.extensions[_COUNTS].get(endpoint)
    return how_many(web.current_uow()) if how_many else ""


def _nothing(_permission: str) -> bool:
    return False
