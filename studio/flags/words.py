"""What holds of a flag, in sentences: whom a strategy means, how a setting stands."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.flags.editing.operators import OPERATORS
from studio.flags.models import FlagSegmentVersion, FlagVersion
from studio.flags.outcomes import ClientKind, EnvironmentKind, Kind, Purpose
from studio.flags.service.staleness import Stale

KINDS = {
    Kind.BOOLEAN: (_l("On or off"), _l("Code asks whether it is on.")),
    Kind.STRING: (_l("Text"), _l("Code gets a text, such as a headline or a colour.")),
    Kind.NUMBER: (_l("Number"), _l("Code gets a number, such as a threshold.")),
    Kind.JSON: (_l("JSON"), _l("Code gets a whole document: remote config. A schema says what it may be.")),
}
PURPOSES = {
    Purpose.RELEASE: (_l("Release"), _l("Ships something new, bit by bit; gone after some weeks.")),
    Purpose.EXPERIMENT: (_l("Experiment"), _l("Compares variants by what people do.")),
    Purpose.OPERATIONAL: (_l("Operational"), _l("Guards a change under the bonnet for some days.")),
    Purpose.KILL_SWITCH: (_l("Kill switch"), _l("Turns something off when it goes wrong; it stays.")),
    Purpose.PERMISSION: (_l("Permission"), _l("Gives some customers more than others; it stays.")),
}
ENVIRONMENTS = {
    EnvironmentKind.PRODUCTION: _l("Production"),
    EnvironmentKind.STAGING: _l("Staging"),
    EnvironmentKind.DEVELOPMENT: _l("Development"),
}
CLIENTS = {ClientKind.SERVER: _l("Server"), ClientKind.FRONTEND: _l("Browser or app")}
STRATEGIES = {
    "default": _l("Everybody"),
    "flexibleRollout": _l("A share"),
    "userWithId": _l("Named users"),
    "remoteAddress": _l("Network addresses"),
    "applicationHostname": _l("Host names"),
}
FIELDS = ("userId", "sessionId", "tenantId", "storeId", "country", "plan", "appName", "environment", "currentTime",
          "remoteAddress")  # fmt: skip
"""What is offered as a condition's field; any other name of the context works as well."""
_FIELD_NAMES = {
    "enabled": marked("on or off"), "strategies": marked("rules"), "variants": marked("variants"),
    "constraints": marked("conditions"), "segments": marked("segments"), "rollout": marked("share"),
    "stickiness": marked("stays the same for"), "userIds": marked("users"), "weight": marked("share"),
    "weightType": marked("kind of share"), "payload": marked("value"), "values": marked("values"),
    "value": marked("value"), "operator": marked("condition"), "disabled": marked("paused"),
    "description": marked("description"), "purpose": marked("purpose"), "value_schema": marked("schema"),
    "off_value": marked("off value"), "dependencies": marked("needed flags"), "order": marked("order"),
    "impression_data": marked("impressions"), "owner_id": marked("owner"), "archived": marked("archived"),
    "name": marked("name"), "title": marked("name"), "groupId": marked("group"),
}  # fmt: skip
STICKINESS = {
    "default": _l("user, else session"),
    "userId": _l("user"),
    "sessionId": _l("session"),
    "random": _l("chance, anew each time"),
}


def standing(strategies: Sequence[Mapping[str, Any]], *, enabled: bool) -> tuple[str, str]:
    """How a setting stands, short, and the kind of chip that says so."""
    live = [one for one in strategies if not one.get("disabled")]
    if not enabled:
        return _("Off"), ""
    if not strategies or any(_is_all(one) for one in live):
        return _("On for everybody"), "good"
    if not live:
        return _("On for nobody"), "warn"
    if len(live) == 1 and not live[0].get("constraints") and not live[0].get("segments"):
        share = _rollout(live[0])
        if share is not None:
            return (_("On for %(share)s %%", share=share), "run") if share else (_("On for nobody"), "warn")
    return ngettext("On by %(num)s rule", "On by %(num)s rules", len(live)), "run"


def strategy(one: Mapping[str, Any], segments: Mapping[int, str]) -> str:
    """Whom a strategy means, in a sentence."""
    parameters = one.get("parameters") or {}
    conditions = [constraint(each) for each in one.get("constraints") or ()]
    conditions += [_("they are in the segment “%(name)s”", name=segments.get(number, str(number)))
                   for number in one.get("segments") or ()]  # fmt: skip
    who = _who(str(one.get("name")), parameters)
    if not conditions:
        return who
    return _("%(who)s, where %(conditions)s", who=who, conditions=_(" and ").join(conditions))


def constraint(one: Mapping[str, Any]) -> str:
    """A condition in words: "country is one of DE, AT"."""
    operator = str(one.get("operator"))
    values = [str(value) for value in one.get("values") or ()] or [str(one.get("value") or "")]
    words = _(OPERATORS[operator]) if operator in OPERATORS else operator
    said = f"{one.get('contextName')} {words} {_shortened(values)}"
    return _("not (%(said)s)", said=said) if one.get("inverted") else said


def _who(name: str, parameters: Mapping[str, Any]) -> str:
    if name == "default":
        return _("Everybody")
    if name == "flexibleRollout":
        by = str(parameters.get("stickiness") or "default")
        return _("%(share)s %% by %(by)s", share=parameters.get("rollout", "0"), by=STICKINESS.get(by, by))
    if name == "userWithId":
        return _("The users %(names)s", names=_shortened(_listed(parameters.get("userIds"))))
    if name == "remoteAddress":
        return _("Whoever comes from %(names)s", names=_shortened(_listed(parameters.get("IPs"))))
    if name == "applicationHostname":
        return _("Programs on %(names)s", names=_shortened(_listed(parameters.get("hostNames"))))
    return _("Strategy “%(name)s” of the client's own", name=name)


def _is_all(one: Mapping[str, Any]) -> bool:
    if one.get("constraints") or one.get("segments"):
        return False
    return one.get("name") == "default" or _rollout(one) == 100


def _rollout(one: Mapping[str, Any]) -> int | None:
    if one.get("name") != "flexibleRollout":
        return None
    share = str((one.get("parameters") or {}).get("rollout", ""))
    return int(share) if share.isdigit() else None


def _listed(raw: Any) -> list[str]:
    return [part.strip() for part in str(raw or "").split(",") if part.strip()]


def _shortened(values: Iterable[str], most: int = 4) -> str:
    found = list(values)
    shown = ", ".join(found[:most])
    if not found:
        return _("nobody")
    return shown if len(found) <= most else _("%(shown)s and %(count)s more", shown=shown, count=len(found) - most)


def value(found: Any, segments: Mapping[int, str] | None = None) -> str:
    """A value of a version's difference: rules, conditions and variants in words, the rest as it is."""
    if found is None:
        return _("nothing")
    if isinstance(found, bool):
        return _("yes") if found else _("no")
    if isinstance(found, Mapping):
        if "parameters" in found:
            return strategy(found, segments or {})
        if "contextName" in found and "operator" in found:
            return constraint(found)
        if "weight" in found:
            return _variant(found)
    return found if isinstance(found, str) else orjson.dumps(found).decode()


def _variant(one: Mapping[str, Any]) -> str:
    share = _("%(share)s %%", share=f"{one['weight'] / 10:g}")
    payload = one.get("payload") or {}
    return f"{share}: {payload['value']}" if payload.get("value") else share


def version(one: FlagVersion | FlagSegmentVersion) -> str:
    """What a version did, in a few words."""
    if one.restored is not None:
        return _("Brought back version %(number)s", number=one.restored)
    if one.number == 1:
        return _("Made")
    fields = list(dict.fromkeys(field(str(each["field"])) for each in one.changes))
    if [each["field"] for each in one.changes] == ["enabled"]:
        return _("Turned on") if one.changes[0]["after"] else _("Turned off")
    return _("Changed %(fields)s", fields=_shortened(fields, 3))


def field(path: str) -> str:
    """A difference's field as people read it: "rules: beta: share". Names of rules and variants stay as they are."""
    parts = [part for part in path.split(".") if part != "parameters"]
    return ": ".join(_part(part) for part in parts)


def _part(name: str) -> str:
    if name in _FIELD_NAMES:
        return _(_FIELD_NAMES[name])
    return str(STRATEGIES[name]) if name in STRATEGIES else name


def stale(reason: Stale) -> str:
    """Why a flag is held to be stale, and what to do."""
    if reason is Stale.ONE_SIDED:
        return _(
            "Everybody has got the same answer for two weeks. Write that answer into the code and archive the flag."
        )
    return _(
        "It is older than a flag of its purpose is meant to be. Settle it in the code and archive it, or change its "
        "purpose."
    )
