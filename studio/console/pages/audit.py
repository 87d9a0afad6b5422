"""The audit trail for people: find, read, check, download."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.accounts.permissions import permission
from studio.audit import Target, checking, export, listing, record
from studio.audit.findings import Report
from studio.audit.listing import Filter
from studio.audit.sealing import archive, closing, keys
from studio.audit.sentences import sentence
from studio.audit.taxonomy import audit as actions
from studio.console import change_words
from studio.console.blueprint import blueprint, keyring
from studio.console.forms import AuditExportForm
from studio.contract import gates
from studio.contract.gates import Act
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow, database

SPANS = {"24h": 1, "7d": 7, "30d": 30, "90d": 90, "365d": 365}
"""Days."""
FIELDS = ("q", "action", "actor", "target_type", "target", "run", "since")
FILES = {"csv": ("text/csv", export.csv_file), "jsonl": ("application/x-ndjson", export.jsonl)}
SEALED = "sealed"
_LARGEST = 2**62


@blueprint.get("/audit")
@permission("audit.read")
def audit() -> ResponseReturnValue:
    """What people, tokens and gates did, newest first, filtered by the address."""
    uow = current_uow()
    page = listing.page(uow, _filter(uow, request.args), before=_number("before"), after=_number("after"))
    return render_template(
        "console/audit.html",
        page=page,
        told=lambda event: sentence(event, _),
        changed=change_words.lines,
        moment=lambda event: datetime.fromisoformat(event["occurred_at"]),
        actions=listing.actions(),
        spans=tuple(SPANS),
        wanted=_given(request.args),
        address=_address,
        seal=closing.last_of(uow),
        signing_keys=keys.public_keys(uow),
    )


@blueprint.post("/audit/verify")
@permission("audit.read")
def audit_verify() -> ResponseReturnValue:
    """Check the hash chain, and say in words what was found."""
    report = checking.check(current_uow(), keyring())
    flash(_in_words(report), "good" if report.ok else "bad")
    return redirect(url_for("console.audit"), 303)


@blueprint.post("/audit/export")
@permission("audit.export")
def audit_export() -> ResponseReturnValue:
    """A file of all that fits the filters; that it was taken is itself an event."""
    uow = current_uow()
    form = AuditExportForm()
    if not form.validate():
        raise InvalidInput(_("Choose CSV, JSON lines or the sealed file."), field="format")
    format_, given = str(form.format.data), {name: str(form[name].data or "") for name in FIELDS}
    given = {} if format_ == SEALED else given  # seals fit whole chains alone
    wanted = _filter(uow, given)
    filters = "&".join(f"{name}={value}" for name, value in _given(given).items())
    said = {"format": format_, "filters": filters or None}
    act = Act("data.export", _("Export the audit trail"), {"what": "audit", **said}, {"what": "audit trail"})
    gates.current().require(uow, act)
    record(uow, actions.EXPORTED, targets=[_trail(uow)], metadata=said)
    units = partial(database().unit, uow.workspace, uow.actor, read_only=format_ != SEALED)
    if format_ == SEALED:
        return _file(archive.archive(units, keyring()), "application/zip", "zip")
    return _file(FILES[format_][1](units, wanted), FILES[format_][0], format_)


def _file(parts: Iterator[str] | Iterator[bytes], content_type: str, ending: str) -> Response:
    answer = Response(parts, content_type=content_type)
    day = current_uow().now.date().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-{day}.{ending}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _filter(uow: UnitOfWork, given: Mapping[str, str]) -> Filter:
    said = _given(given)
    if said.get("since", "") not in ("", *SPANS):
        words = _("There is no such time to choose. Choose one from the list.")  # without it, all would be handed out
        raise InvalidInput(words, code="query.invalid", field="since")
    days = SPANS.get(said.get("since", ""))
    return Filter(
        action=said.get("action"),
        actor_id=said.get("actor"),
        target_type=said.get("target_type"),
        target_id=said.get("target"),
        run_id=said.get("run"),
        since=uow.now - timedelta(days=days) if days else None,
        text=said.get("q"),
    )


def _given(given: Mapping[str, str]) -> dict[str, str]:
    """The filters that are set, as they stand in the address."""
    found = {name: given.get(name, "").replace("\0", "") for name in FIELDS}
    return {name: value for name, value in found.items() if value}


def _address(**more: object) -> str:
    """This page with its filters, and something more or (None) less."""
    return url_for("console.audit", **{**_given(request.args), **more})  # type: ignore[arg-type]


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return min(int(text), _LARGEST) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _trail(uow: UnitOfWork) -> Target:
    return Target("audit", uow.workspace, "audit events")


def _in_words(report: Report) -> str:
    if report.bad is not None:
        words: str = _(
            "The trail is broken at event %(seq)s: %(problem)s. The %(count)s events before it"
            " are as they were written. Compare with an export or a backup.",
            seq=report.bad.seq,
            problem=report.bad.problem,
            count=report.checked,
        )
        return words
    fine: str = ngettext(
        "%(num)d event is as it was written; none is missing.",
        "All %(num)d events are as they were written; none is missing.",
        report.checked,
    )
    return fine
