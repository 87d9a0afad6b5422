"""What a route must be sent so that nothing but the other tenant's id is wrong about it."""

from studio.api.v1 import blueprint
from studio.api.v1.operations import OPERATIONS
from tests.factories.workflows import refunds

_DOCUMENT = {"document": refunds()}

BODIES: dict[str, dict] = {
    "accounts.change_role": {"data": {"role": "admin"}},
    "accounts.replace_secret": {"data": {"value": "taken over", "hosts": "evil.example.com"}},
    "portal.decide": {"data": {"outcome": "approved", "shown": "0" * 64}},
    "portal.comment": {"data": {"comment": "taken over"}},
    "portal.threads": {"data": {"comment": "taken over"}},
    "portal.reassign_post": {"data": {"to": "nobody"}},
    "portal.revise_post": {"data": {"title": "taken over", "shown": "0" * 64}},
    "portal.dismiss_post": {"data": {"reason": "taken over"}},
    "portal.take_back_post": {"data": {"reason": "taken over"}},
    "portal.bypass_post": {"data": {"reason": "taken over", "shown": "0" * 64}},
    "guard.change_protection_policy": {"data": {"name": "taken over", "target": "refund.make", "strength": "code"}},
    "guard.revoke_elevation": {"data": {"reason": "taken over"}},
    "guard.ask_elevation_post": {"data": {"minutes": "60", "justification": "taken over"}},
    "portal.snooze": {"data": {"choice": "tomorrow"}},
    "portal.selected": {"data": {"act": "approved", "pick": "01954f6e-7a31-7c56-9a40-000000000001:"}},
    "portal.snooze_request": {"data": {"choice": "tomorrow"}},
    "builder.save_draft": {"json": {"revision": 1, **_DOCUMENT}},
    "builder.check_document": {"json": _DOCUMENT},
    "builder.publish": {"json": {"revision": 1, "note": "taken over"}},
    "builder.set_enabled": {"json": {"enabled": False}},
    "builder.data": {"json": {**_DOCUMENT, "node": "order"}},
    "builder.complete": {"json": {**_DOCUMENT, "node": "order", "source": "", "position": 0}},
    "builder.preview": {"json": {**_DOCUMENT, "node": "order", "source": "1"}},
    "builder.test": {"json": {**_DOCUMENT, "trigger": "order"}},
    "scim.replace_user": {"json": {"userName": "evil@example.com", "active": False}},
    "scim.change_user": {"json": {"Operations": [{"op": "replace", "path": "active", "value": False}]}},
    "scim.replace_group": {"json": {"displayName": "taken over", "members": []}},
    "scim.change_group": {"json": {"Operations": [{"op": "remove", "path": "members"}]}},
    "builder.restore_version": {"json": {"revision": 1}},
}

# The API's document carries an example of each body.
BODIES |= {
    f"{blueprint.name}.{one.name}": {"json": one.body.model_config["json_schema_extra"]["examples"][0]}
    for one in OPERATIONS.values()
    if one.body is not None
}
BODIES["api_v1.import_workflow"] = {"json": refunds()}
