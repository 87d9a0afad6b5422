"""How rows of the inbox read: why they are here, what may be done with them, how they ended."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _

from studio.approvals.models import Assignment, Request
from studio.approvals.outcomes import AssignmentState, RequestState
from studio.approvals.service.listing import Item, Tab, Tally
from studio.core import formats
from studio.portal import words
from studio.portal.words import Chip


def note(share: Assignment | None) -> str:
    """What whoever handed it on said to it."""
    return str(share.why.get("note", "")) if share else ""


def stage(request: Request) -> str:
    """Which stage asks, where there are several."""
    stages = request.rule.get("stages", ())
    if len(stages) < 2:
        return ""
    said = _("Stage %(number)s of %(all)s", number=request.stage + 1, all=len(stages))
    name = stages[request.stage].get("name")
    return f"{said}: {name}" if name else str(said)


def progress(item: Item) -> str:
    """How far a rule of several people is: "1 of 2 agreed", and whom it waits for where several parts have to."""
    if item.progress is None:
        return ""
    parts = item.progress.parts
    have, need = sum(min(one.have, one.need) for one in parts), sum(one.need for one in parts)
    agreed = _("%(have)s of %(need)s agreed", have=have, need=need)
    open_ = [name.name for one in parts if not one.met for name in one.part.names]
    if len(parts) == 1 or not open_:
        return str(agreed)
    return str(_("%(agreed)s; waits for %(names)s", agreed=agreed, names=words.joined(list(dict.fromkeys(open_)))))


def in_place(request: Request, now: datetime) -> bool:
    """Whether a row may be decided where it stands: it shows all there is, and there is still time."""
    return words.fits_row(request) and (request.due_at is None or request.due_at > now)


def pick(request: Request, now: datetime) -> str:
    """What a row's box sends: the request, and the hash of what the row showed if it showed all."""
    return f"{request.id}:{request.shown if in_place(request, now) else ''}"


def seen(items: list[Item]) -> str:
    """Rows as the address of their news names them: enough of each hash to tell that it changed."""
    return ",".join(f"{item.request.id}.{item.request.shown[:12]}" for item in items)


def tab(which: Tab, counts: Mapping[Tab, Tally]) -> str:
    """A tab's word, with how many there are behind it."""
    names = {Tab.PENDING: _("Pending"), Tab.SNOOZED: _("Snoozed"), Tab.DONE: _("Done")}
    count = words.counted(counts[which]) if which in counts else ""
    return f"{names[which]} {count}" if count else str(names[which])


def ended(item: Item) -> tuple[Chip, str]:
    """What became of a row: a word for the chip, and who did it and when."""
    request, share = item.request, item.share
    if item.decision is not None:
        return words.state(request), words.ended_words(item.decision)
    if request.state != RequestState.PENDING:
        return words.state(request), request.close_reason or ""
    if share is None:
        return words.state(request), ""
    until = formats.at(share.snoozed_until) if share.snoozed_until else ""
    said: dict[str, tuple[Chip, str]] = {
        AssignmentState.SNOOZED: (Chip(_("Snoozed")), _("It comes back on %(when)s.", when=until)),
        AssignmentState.REASSIGNED: (Chip(_("Handed on")), _("Somebody else was asked instead of you; it is open.")),
        AssignmentState.DECIDED: (Chip(_("You decided"), "good"), _("Others have still to decide.")),
    }
    return said.get(share.state, (Chip(_("No longer yours")), words.share_state(share)))
