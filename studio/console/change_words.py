"""What an audit event has changed, field by field, in words: “Currency EUR → USD”."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

LONGEST = 120
"""Characters of one value; the whole of it stands under the event's details."""

LABELS: dict[str, LazyString] = {
    "approver_seats": _l("Approver seats, at most"),
    "at_once": _l("Runs at once, at most"),
    "channel": _l("Channel"),
    "currency": _l("Currency"),
    "day": _l("Day of the month"),
    "days": _l("Days of a turn"),
    "default": _l("Default"),
    "every": _l("Post every approval"),
    "every_s": _l("Seconds between two passes"),
    "holidays": _l("Holidays"),
    "hosts": _l("Hosts it may be sent to"),
    "hour": _l("Hour"),
    "locale": _l("Language, dates and numbers"),
    "logo": _l("Logo"),
    "members": _l("Members"),
    "mode": _l("Post by"),
    "name": _l("Name"),
    "owner": _l("Owner"),
    "people": _l("People"),
    "per_s": _l("In seconds"),
    "retention_days": _l("Keep runs for, in days"),
    "role": _l("Seat"),
    "roles": _l("Everybody who is"),
    "signing": _l("Signing secret"),
    "starts": _l("Starts"),
    "time_zone": _l("Time zone"),
    "title": _l("Title"),
    "token": _l("Bot token"),
    "value": _l("Value"),
    "webhook": _l("Address of the webhook"),
    "week": _l("Opening hours"),
}
"""What fields of settings are called on their pages. A field without a label is called by its path."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field."""

    label: str
    words: str


def lines(event: Mapping[str, Any]) -> list[Line]:
    """What the event has changed, in its order; nothing where it tells of no change."""
    return [Line(_label(one["path"]), _words(one)) for one in event["changes"]]


def _label(path: str) -> str:
    found = LABELS.get(path)
    return str(found) if found is not None else path.replace("_", " ").replace(".", ": ").capitalize()


def _words(change: Mapping[str, Any]) -> str:
    before, after = change["from"], change["to"]
    if change["redacted"]:
        return str(_("replaced; what it is stays secret"))
    if isinstance(before, list) and isinstance(after, list) and not any(isinstance(one, list) for one in after):
        return _of_lists(before, after)
    return f"{_value(before)} → {_value(after)}"


def _of_lists(before: list[Any], after: list[Any]) -> str:
    """What came and what went; the order alone where that is all."""
    came = [_value(one) for one in after if one not in before]
    went = [_value(one) for one in before if one not in after]
    said = []
    if came:
        said.append(_("added: %(values)s", values=", ".join(came)))
    if went:
        said.append(_("taken away: %(values)s", values=", ".join(went)))
    if not said:
        said.append(_("now in this order: %(values)s", values=", ".join(_value(one) for one in after)))
    return _short("; ".join(said))


def _value(value: Any) -> str:
    match value:
        case _ if value in (None, "", [], {}):
            return str(_("nothing"))
        case bool():
            return str(_("yes") if value else _("no"))
        case dict():
            return _short(" ".join(_value(one) for one in value.values() if one and not isinstance(one, bool)))
        case list():
            return _short(", ".join(_value(one) for one in value))
        case _:
            return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
