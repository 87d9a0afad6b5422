"""One audit event as an OCSF event. What OCSF has no place for is kept whole under `unmapped`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from studio.export.ocsf.classes import CLASSES, OTHER, VERSION, activity_of
from studio.export.records import Record

_SEVERITY: Mapping[str, tuple[int, str]] = {
    "info": (1, "Informational"),
    "notice": (2, "Low"),
    "warning": (3, "Medium"),
    "critical": (5, "Critical"),
}
_USER_TYPE: Mapping[str, tuple[int, str]] = {
    "user": (1, "User"),
    "approver": (1, "User"),
    "member": (1, "User"),
    "support": (2, "Admin"),
    "system": (3, "System"),
    "workflow": (4, "Service"),
    "api_token": (4, "Service"),
}
_ENTITY_TYPE: Mapping[str, tuple[int, str]] = {
    "user": (2, "User"),
    "member": (2, "User"),
    "approver_group": (3, "Group"),
    "workspace": (4, "Organization"),
    "approval_policy": (5, "Policy"),
    "guard_policy": (5, "Policy"),
}
_PEOPLE = frozenset({"user", "member", "approver"})
_KEPT = ("schema", "action_version", "outcome", "targets", "changes", "metadata", "redactions", "labels", "prev_hash",
         "hash")  # fmt: skip
"""Of the event: under `unmapped` as it was recorded, so that nothing is lost."""


def of_record(record: Record, class_uid: int) -> dict[str, Any]:
    """The event in its class. A record that other processors have shortened gives what is left of it."""
    body, kind = record.body, CLASSES[class_uid]
    activity = activity_of(record.action, class_uid)
    severity = _SEVERITY.get(record.severity, (OTHER, record.severity))
    event: dict[str, Any] = {
        "category_uid": class_uid // 1_000, "category_name": kind.category,
        "class_uid": class_uid, "class_name": kind.name,
        "activity_id": activity.id, "activity_name": activity.name,
        "type_uid": class_uid * 100 + activity.id, "type_name": f"{kind.name}: {activity.name}",
        "severity_id": severity[0], "severity": severity[1],
        "time": _ms(record.occurred_at),
        "message": _message(record),
        "metadata": _metadata(record),
        "actor": _actor(body),
        "unmapped": _unmapped(record),
    }  # fmt: skip
    return event | _status(body) | _request(body) | _of_class(class_uid, record)


def _of_class(class_uid: int, record: Record) -> dict[str, Any]:
    """What the class asks for beside what all have."""
    body, targets = record.body, _targets(record.body)
    match class_uid:
        case 3001:
            return {"user": _account(body)}
        case 3002:
            session = _text(_part(body, "context").get("session_id"))
            found = {"user": _account(body), "service": {"name": "Studio", "uid": "studio"}}
            return found | ({"session": {"uid": session}} if session else {})
        case 3004:
            return {"entity": _entity(targets[0] if targets else {}, record)}
        case 3005:
            access = {"user": _account(body), "privileges": _privileges(record)}
            return access | ({"resources": _resources(targets)} if targets else {})
        case _:
            call = {
                "api": {"operation": record.action, "service": {"name": "Studio", "uid": "studio"}},
                "src_endpoint": _endpoint(body),
            }
            return call | ({"resources": _resources(targets)} if targets else {})


def _metadata(record: Record) -> dict[str, Any]:
    context = _part(record.body, "context")
    found = {
        "version": VERSION, "product": {"name": "Studio", "uid": "studio", "vendor_name": "Studio"},
        "uid": str(record.id), "sequence": record.seq, "event_code": record.action, "log_name": "audit",
        "log_version": "studio.audit/1", "tenant_uid": str(record.workspace_id),
        "logged_time": _ms(record.recorded_at), "original_time": record.occurred_at.isoformat(),
    }  # fmt: skip
    related = _text(context.get("run_id")) or _text(context.get("request_id"))
    return found | ({"correlation_uid": related} if related else {})


def _message(record: Record) -> str:
    """In a few words: whoever wants the rest has it beside."""
    actor = _text(_part(record.body, "actor").get("name"))
    target = next((name for one in _targets(record.body) if (name := _text(one.get("name")))), "")
    return " ".join(part for part in (actor, record.action, target) if part)


def _status(body: Mapping[str, Any]) -> dict[str, Any]:
    outcome = _part(body, "outcome")
    if not outcome:
        return {}
    success = outcome.get("result") == "success"
    found = {"status_id": 1 if success else 2, "status": "Success" if success else "Failure"}
    told = {"status_code": _text(outcome.get("code")), "status_detail": _text(outcome.get("reason"))}
    return found | {name: text for name, text in told.items() if text}


def _request(body: Mapping[str, Any]) -> dict[str, Any]:
    """Where it came from, where that is known."""
    context = _part(body, "context")
    told = {"user_agent": _text(context.get("user_agent")), "uid": _text(context.get("request_id"))}
    found: dict[str, Any] = {name: text for name, text in told.items() if text}
    request = {"http_request": found} if found else {}
    return request | ({"src_endpoint": _endpoint(body)} if _ip(body) else {})


def _endpoint(body: Mapping[str, Any]) -> dict[str, str]:
    """What came from inside says so: OCSF asks API activity for an origin."""
    ip = _ip(body)
    return {"ip": ip} if ip else {"svc_name": "studio"}


def _ip(body: Mapping[str, Any]) -> str:
    """Empty where there is none, or where it was erased or redacted."""
    try:
        return str(ip_address(_text(_part(body, "context").get("ip"))))
    except ValueError:
        return ""


def _actor(body: Mapping[str, Any]) -> dict[str, Any]:
    session = _text(_part(body, "context").get("session_id"))
    found: dict[str, Any] = {"user": _user(_part(body, "actor")), "app_name": "Studio"}
    return found | ({"session": {"uid": session}} if session else {})


def _account(body: Mapping[str, Any]) -> dict[str, Any]:
    """Whose account it is about: the first target that is a person, else whoever acted."""
    person = next((one for one in _targets(body) if one.get("type") in _PEOPLE), None)
    return _user(person if person is not None else _part(body, "actor"))


def _user(part: Mapping[str, Any]) -> dict[str, Any]:
    kind = _text(part.get("type"))
    type_id, caption = _USER_TYPE.get(kind, (OTHER, kind) if kind else (0, "Unknown"))
    told = {"uid": _text(part.get("id")), "name": _text(part.get("name"))}
    named = {name: text for name, text in told.items() if text} or {"name": "unknown"}
    return named | {"type_id": type_id, "type": caption}


def _entity(target: Mapping[str, Any], record: Record) -> dict[str, Any]:
    kind = _text(target.get("type")) or record.action.partition(".")[0]
    type_id, _caption = _ENTITY_TYPE.get(kind, (OTHER, kind))
    told = {"uid": _text(target.get("id")), "name": _text(target.get("name"))}
    named = {name: text for name, text in told.items() if text} or {"name": kind}
    return named | {"type_id": type_id, "type": kind}


def _privileges(record: Record) -> list[str]:
    """What was given or taken: the fields that changed, else what the action is about."""
    changes = [one for one in record.body.get("changes") or [] if isinstance(one, Mapping)]
    named = [f"{path}: {_text(one.get('to'))}" for one in changes if (path := _text(one.get("path")))]
    return named or [record.action.partition(".")[0]]


def _resources(targets: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [_resource(one) for one in targets]


def _resource(target: Mapping[str, Any]) -> dict[str, str]:
    found = {"uid": _text(target.get("id")), "name": _text(target.get("name")), "type": _text(target.get("type"))}
    named = {name: text for name, text in found.items() if text}
    return named if "uid" in named or "name" in named else named | {"name": "unknown"}


def _unmapped(record: Record) -> dict[str, Any]:
    kept = {name: record.body[name] for name in _KEPT if name in record.body}
    run = {name: value for name, value in _part(record.body, "context").items() if name in ("run_id", "step_id")}
    return {"action": record.action, **kept, **{name: value for name, value in run.items() if value}}


def _targets(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in body.get("targets") or [] if isinstance(one, Mapping)]


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _ms(moment: datetime) -> int:
    """Milliseconds since 1970: OCSF's timestamps."""
    return int(moment.timestamp() * 1_000)
