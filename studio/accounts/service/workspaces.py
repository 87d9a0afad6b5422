"""Workspaces: made by command or at the first start, changed on the settings page."""

import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.numbers import list_currencies
from sqlalchemy import ColumnElement, select

from studio.accounts import trail
from studio.accounts.models import Workspace
from studio.accounts.service import approver_seats
from studio.core import tenancy
from studio.core.errors import InvalidInput, NotFound
from studio.core.i18n import gettext
from studio.core.unit_of_work import UnitOfWork

RETENTION = range(7, 3651)


@dataclass(frozen=True, slots=True)
class WorkspaceFacts:
    """What a workspace is set to."""

    name: str
    currency: str = "EUR"
    time_zone: str = "UTC"
    locale: str = "en"
    retention_days: int = 90
    approver_seats: int = 50


def create(uow: UnitOfWork, facts: WorkspaceFacts) -> Workspace:
    """Make a workspace and go on in it: what the unit adds from here on belongs to it."""
    _check(facts)
    row = Workspace(slug=_free_slug(uow, facts.name), created_at=uow.now, **_columns(facts))
    uow.session.add(row)
    uow.session.flush()
    uow.workspace_id = row.id
    tenancy.bind(uow.session, workspace_id=row.id, user_id=uow.actor.user_id)
    trail.record(uow, "workspace.created", ("workspace", row.id, row.name))
    return row


def current(uow: UnitOfWork) -> Workspace:
    """The unit's workspace."""
    row = uow.session.get(Workspace, uow.workspace)
    if row is None:
        raise NotFound(gettext("There is no such workspace."), resource=f"workspace:{uow.workspace}")
    return row


def by_slug(uow: UnitOfWork, slug: str) -> UUID | None:
    """A workspace's id by its short name; for commands."""
    return uow.session.scalar(select(Workspace.id).where(Workspace.slug == slug))


@dataclass(frozen=True, slots=True)
class Offered:
    """A workspace that people come into by its own sign-in provider."""

    id: UUID
    slug: str
    workspace: str
    provider: str


def with_provider(uow: UnitOfWork, most: int = 2) -> list[Offered]:
    """Workspaces with a sign-in provider; few, since a page offers the only one, and asks where there are more."""
    return _offered(uow, Workspace.sign_in_name.is_not(None), most)


def provider_at(uow: UnitOfWork, slug: str) -> Offered:
    """The workspace of a short name. Raises NotFound where there is none, or none with a sign-in provider."""
    found = _offered(uow, (Workspace.slug == slug) & Workspace.sign_in_name.is_not(None), 1)
    if not found:
        said = gettext("No workspace of that name has a sign-in of its own.")
        raise NotFound(said, code="no_provider", resource=f"workspace:{slug[:60]}")
    return found[0]


def _offered(uow: UnitOfWork, which: ColumnElement[bool], most: int) -> list[Offered]:
    columns = (Workspace.id, Workspace.slug, Workspace.name, Workspace.sign_in_name)
    rows = uow.session.execute(select(*columns).where(which).order_by(Workspace.id).limit(most))
    return [Offered(row.id, row.slug, row.name, row.sign_in_name or "") for row in rows]


def update(uow: UnitOfWork, facts: WorkspaceFacts) -> Workspace:
    """Change what the workspace is set to."""
    _check(facts)
    approver_seats.check_limit(uow, facts.approver_seats)
    row = current(uow)
    changes = {
        name: (getattr(row, name), value) for name, value in _columns(facts).items() if getattr(row, name) != value
    }
    for name, (_, value) in changes.items():
        setattr(row, name, value)
    if changes:
        target = ("workspace", row.id, row.name)
        trail.record(uow, "workspace.updated", target, changes=changes)
    return row


def _columns(facts: WorkspaceFacts) -> dict[str, str | int]:
    return {
        "name": facts.name.strip(),
        "currency": facts.currency,
        "time_zone": facts.time_zone,
        "locale": facts.locale,
        "retention_days": facts.retention_days,
        "approver_seats": facts.approver_seats,
    }


def _check(facts: WorkspaceFacts) -> None:
    if not facts.name.strip():
        raise InvalidInput(gettext("A workspace needs a name."), field="name")
    if facts.currency not in list_currencies():
        raise InvalidInput(gettext("Use an ISO 4217 currency code, such as EUR."), field="currency")
    if facts.time_zone not in available_timezones():
        raise InvalidInput(gettext("Use an IANA time zone, such as Europe/Berlin."), field="time_zone")
    if not _is_locale(facts.locale):
        raise InvalidInput(gettext("Use a locale such as en or de_AT."), field="locale")
    if facts.retention_days not in RETENTION:
        raise InvalidInput(gettext("Keep runs for 7 to 3650 days."), field="retention_days")


def _is_locale(text: str) -> bool:
    try:
        Locale.parse(text)
    except (ValueError, UnknownLocaleError):
        return False
    return True


def _free_slug(uow: UnitOfWork, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or "workspace"
    taken = set(uow.session.scalars(select(Workspace.slug).where(Workspace.slug.startswith(slug))))
    number = 2
    free = slug
    while free in taken:
        free, number = f"{slug}-{number}", number + 1
    return free
