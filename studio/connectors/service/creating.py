"""A connection begins: a name, a definition, and what is no secret."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from sqlalchemy import func, select

from studio import audit
from studio.connectors import credentials
from studio.connectors.catalogue import connector
from studio.connectors.definition import Field
from studio.connectors.models import Connection, ConnectionCredential
from studio.connectors.outcomes import Environment, Event, Health, Status
from studio.connectors.service import gating, moving
from studio.connectors.trail import record
from studio.core import ids
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.locking import one_at_a_time
from studio.core.unit_of_work import UnitOfWork

MOST = 200
"""Connections of one workspace."""
_HANDLE = re.compile(r"[a-z][a-z0-9-]{0,59}\Z")


def create(
    uow: UnitOfWork,
    *,
    connector_key: str,
    title: str,
    auth: str,
    settings: Mapping[str, str],
    environment: str = Environment.PRODUCTION.value,
    handle: str = "",
) -> Connection:
    """A draft that nothing calls yet. Raises InvalidInput with a problem a field, Conflict for a taken handle."""
    definition = connector(connector_key)
    way = definition.auth(auth)
    if way is None:
        raise InvalidInput(_("Choose how to sign in."), code="connection.auth", field="auth")
    if environment not in list(Environment):
        raise InvalidInput(_("Choose “production” or “test”."), code="connection.environment", field="environment")
    clean = checked(definition.asked(way), settings, "settings")
    words = _titled(title)
    _base_fits(definition.base_url(clean))
    one_at_a_time(uow, "connection")
    if (uow.session.scalar(select(func.count()).select_from(Connection)) or 0) >= MOST:
        said = _("A workspace has at most %(most)s connections. Disconnect one first.", most=MOST)
        raise Conflict(said, code="connection.too_many")
    row = Connection(
        id=ids.new_id(), workspace_id=uow.workspace, handle=_handle(uow, handle, words), title=words,
        connector=definition.key, auth=auth, environment=environment, status=Status.DRAFT.value,
        health=Health.UNKNOWN.value, settings=clean, granted=[], strikes=0, created_at=uow.now,
        created_by=uow.actor.user_id, updated_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    record(uow, "connection.created", row)
    return row


def change(uow: UnitOfWork, row: Connection, *, title: str, settings: Mapping[str, str]) -> None:
    """Another name or other settings. Raises InvalidInput; another host needs the credentials again."""
    definition = connector(row.connector)
    way = definition.auth(row.auth)
    if way is None:
        raise InvalidInput(_("Choose how to sign in."), code="connection.auth", field="auth")
    clean, words = checked(definition.asked(way), settings, "settings"), _titled(title)
    _base_fits(definition.base_url(clean))
    kept = uow.session.get(ConnectionCredential, row.id)
    if kept is not None and not set(credentials.bound_hosts(definition, clean)) <= set(kept.hosts):
        said = _("Its credentials may not go to another host. Connect a new one, or sign in again with that address.")
        raise InvalidInput(said, code="connection.other_host", field="settings")
    if clean != row.settings:
        gating.require(uow, row, "change", settings=clean)
    hidden = {field.name for field in definition.asked(way) if field.kind == "secret"}
    before, now = _facts(row.title, row.settings), _facts(words, clean)
    changes = [
        replace(one, redacted=one.path.removeprefix("settings.") in hidden)
        for one in audit.changes_between(before, now)
    ]
    row.title, row.settings, row.updated_at = words, clean, uow.now
    if row.state is Status.NEEDS_CONFIG:
        moving.move(uow, row, Event.CONFIGURED)
    record(uow, "connection.updated", row, changes)


def _facts(title: str, settings: Mapping[str, str]) -> dict[str, str]:
    return {"title": title, **{f"settings.{name}": value for name, value in settings.items()}}


def unanswered(row: Connection) -> list[str]:
    """Titles of settings that are missing: of before this Studio's definition asked for them."""
    definition = connector(row.connector)
    way = definition.auth(row.auth)
    asked = definition.asked(way) if way is not None else definition.settings
    return [_(field.title) for field in asked if field.required and not row.settings.get(field.name)]


def checked(fields: Sequence[Field], given: Mapping[str, str], at: str) -> dict[str, str]:
    """What was filled in, trimmed; unknown names are refused. Raises InvalidInput with a problem a field."""
    clean: dict[str, str] = {}
    problems = [
        FieldProblem(f"{at}.{name}", "unknown_field", _("There is no field %(name)s.", name=name[:80]))
        for name in sorted(set(given) - {field.name for field in fields})
    ]
    for field in fields:
        value = given.get(field.name) or ""
        value = (value if field.kind == "secret" else value.strip()) if isinstance(value, str) else ""
        wrong = _wrong(field, value)
        if wrong:
            problems.append(FieldProblem(f"{at}.{field.name}", "invalid_field", f"{_(field.title)}: {wrong}"))
        elif value:
            clean[field.name] = value
    if problems:
        raise InvalidInput(problems[0].message, problems=problems)
    return clean


def _wrong(field: Field, value: str) -> str:
    if not value:
        return _("this is required.") if field.required else ""
    if len(value) > 16_384 or any(ord(character) < 32 and character not in "\r\n\t" for character in value):
        return _("this is too long, or holds a control character.")
    if field.kind != "secret" and (len(value) > 2_000 or "\n" in value or "\r" in value):
        return _("this is one line of at most 2,000 characters.")
    if field.kind == "url":
        try:
            parts = urlsplit(value)
            fits = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
            fits = fits and not parts.query and not parts.fragment and (parts.port is None or parts.port > 0)
        except ValueError:
            fits = False
        return "" if fits else _("write an address such as https://shop.example.com.")
    if field.kind == "choice" and value not in {one for one, _words in field.choices}:
        return _("choose one of those offered.")
    return ""


def _base_fits(url: str) -> None:
    """A setting that is put into an address must not turn it into another host's."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or re.search(r"[\s\\]", url):
        raise InvalidInput(_("These settings give no address that can be called."), code="connection.address",
                           field="settings")  # fmt: skip


def _titled(title: str) -> str:
    words = " ".join(title.split())
    if not words or len(words) > 120:
        raise InvalidInput(_("Give it a name of at most 120 characters."), code="connection.title", field="title")
    return words


def _handle(uow: UnitOfWork, wanted: str, title: str) -> str:
    """As it was wished, else made of the title, with a number where that is taken."""
    if wanted and not _HANDLE.match(wanted):
        said = _("A handle begins with a letter and holds small letters, digits and “-”, at most 60.")
        raise InvalidInput(said, code="connection.handle", field="handle")
    stem = wanted or re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50].strip("-")
    stem = stem if stem and stem[0].isalpha() else f"c-{stem}".rstrip("-")
    taken = set(uow.session.scalars(select(Connection.handle).where(Connection.handle.startswith(stem))))
    if wanted and wanted in taken:
        raise Conflict(_("There is a connection with this handle already."), code="connection.taken", field="handle")
    return stem if stem not in taken else next(f"{stem}-{n}" for n in range(2, MOST + 3) if f"{stem}-{n}" not in taken)
