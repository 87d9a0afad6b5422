"""A sync: how it gets on, what it has copied, what went out for it, and what can be done about it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.connectors import words as connection_words
from studio.connectors.forms import ConnectForm
from studio.connectors.models import ConnectionRecord, ConnectionSync
from studio.connectors.syncing import reading, verbs, words
from studio.connectors.views.blueprint import blueprint, named
from studio.core import moments, web
from studio.core.errors import InvalidInput, StudioError
from studio.core.formats import lasting
from studio.core.i18n import marked
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow

RECORDS = 25
DIGITS = 6
UNITS = {"minutes": (60, marked("minutes")), "hours": (3_600, marked("hours")), "days": (86_400, marked("days"))}
"""Of the time between two passes: seconds, and the word."""
VERBS: Mapping[str, tuple[Callable[[UnitOfWork, ConnectionSync], None], str]] = {
    "now": (verbs.now, marked("It is read as soon as a worker is free.")),
    "pause": (verbs.pause, marked("Nothing is read until it goes on.")),
    "resume": (verbs.resume, marked("It goes on where it stopped.")),
    "disable": (verbs.disable, marked("It is switched off. What was copied stays.")),
    "enable": (verbs.enable, marked("It goes on where it stopped.")),
}


@blueprint.post("/connections/<handle>/syncs")
@permission("connection.manage")
def start_sync(handle: str) -> ResponseReturnValue:
    """Have records copied from now on."""
    form, row = ConnectForm(), named(handle)
    try:
        made = verbs.start(current_uow(), row, form.text("stream"), parse_id(form.text("scope")))
    except StudioError as error:
        web.rollback(error)
        flash(error.message, "bad")
        return redirect(url_for("connections.connection", handle=handle))
    flash(_("Everything is read now for the first time; then what changes."), "good")
    return redirect(url_for("connections.sync", handle=handle, sync_id=made.id))


@blueprint.get("/connections/<handle>/syncs/<uuid:sync_id>")
@permission("connection.read")
def sync(handle: str, sync_id: UUID) -> ResponseReturnValue:
    """Its page; `record` looks for one record, `at` and `id` say where the list goes on."""
    uow, row = current_uow(), named(handle)
    shown = reading.one(uow, row, sync_id)
    wanted = request.args.get("record", "").strip()[:200]
    before = _place(request.args.get("at", ""), request.args.get("id", "")[:200])
    found = reading.records(uow, sync_id, before=before, external_id=wanted, limit=RECORDS + 1)
    return render_template(
        "connections/sync.html", row=row, sync=shown, words=words, parts=connection_words.SCOPES,
        every=_every(shown.row.every_s), units=UNITS,
        passes=reading.passes(uow, sync_id), calls=reading.calls(uow, shown), records=found[:RECORDS], wanted=wanted,
        older=_older(found, handle, sync_id),
        newer=url_for("connections.sync", handle=handle, sync_id=sync_id) if before else None,
    )  # fmt: skip


@blueprint.post("/connections/<handle>/syncs/<uuid:sync_id>")
@permission("connection.manage")
def change_sync(handle: str, sync_id: UUID) -> ResponseReturnValue:
    """Do what the button says: read now or more often, pause, go on, switch off or on, read again."""
    form, uow, row = ConnectForm(), current_uow(), named(handle)
    reading.one(uow, row, sync_id)
    do, there = form.text("do"), url_for("connections.sync", handle=handle, sync_id=sync_id)
    try:
        found = verbs.find(uow, sync_id)
        if do == "backfill":
            verbs.backfill(uow, found, _day(form.text("since")))
            said = _("Records are read again; what is there stays in the meantime.")
        elif do == "every":
            verbs.change_every(uow, found, _seconds(form.text("count"), form.text("unit")))
            said = _("It is read every %(every)s now.", every=lasting(found.every_s))
        else:
            if do not in VERBS:
                raise InvalidInput(_("There is no such button. Reload the page."), code="sync.do", field="do")
            verb, told = VERBS[do]
            verb(uow, found)
            said = _(told)
    except StudioError as error:
        web.rollback(error)
        flash(error.message, "bad")
        return redirect(there)
    flash(said, "good")
    return redirect(there)


def _every(seconds: int) -> tuple[int, str]:
    """In the largest unit that it is whole in; one that a program has set is shown in minutes, rounded."""
    name = next((name for name in reversed(UNITS) if seconds % UNITS[name][0] == 0), "minutes")
    return max(1, round(seconds / UNITS[name][0])), name


def _seconds(count: str, unit: str) -> int:
    """How long it is between two passes. Raises InvalidInput."""
    if unit not in UNITS or not count.isascii() or not count.isdigit() or len(count) > DIGITS:
        raise InvalidInput(
            _("Write a whole number, and choose minutes, hours or days."), code="sync.every", field="count"
        )
    return int(count) * UNITS[unit][0]


def _day(text: str) -> datetime | None:
    """The beginning of a day in UTC; None: from the start."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError as error:
        raise InvalidInput(_("Choose a day."), code="sync.since", field="since") from error


def _place(at: str, external_id: str) -> tuple[datetime, str] | None:
    moment = moments.read(at)
    return (moment, external_id) if moment is not None else None


def _older(found: list[ConnectionRecord], handle: str, sync_id: UUID) -> str | None:
    if len(found) <= RECORDS:
        return None
    last = found[RECORDS - 1]
    at = last.changed_at.isoformat()
    return url_for("connections.sync", handle=handle, sync_id=sync_id, at=at, id=last.external_id)
