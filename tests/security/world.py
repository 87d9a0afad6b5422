"""Two tenants that own one thing of every kind, and every address of the app.

A route with a new argument needs an entry in MAKERS: who owns what it names. The census fails until it has one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from flask import Flask
from sqlalchemy import Table
from werkzeug.routing import Rule

from studio.accounts.models import Workspace
from studio.accounts.outcomes import Role
from studio.accounts.permissions import Access, access_of
from studio.accounts.service import tokens
from studio.approvals.attaching.checking import Checked
from studio.approvals.service import attaching, inbox, threading
from studio.core import clock
from studio.core.db import Base
from studio.core.files import storing
from studio.core.unit_of_work import Database
from studio.runtime.erasure import service as erasure
from tests.factories.accounts import MadeTenant, make_tenant
from tests.factories.alerts import add_alert_rule, make_alert
from tests.factories.approvals import listen, make_delegation, make_group, make_request, share_of
from tests.factories.archives import make_archived
from tests.factories.backtests import make_backtest
from tests.factories.connections import make_connection, make_description
from tests.factories.elevations import make_elevation, make_eligible
from tests.factories.evidence import make_pack
from tests.factories.exports import make_export
from tests.factories.flags import make_client_key, make_experiment, make_flag, make_segment
from tests.factories.guard import make_guard_policy, make_hold, make_own_target, make_pass
from tests.factories.mail import make_mail
from tests.factories.matrices import make_matrix
from tests.factories.policies import make_policy
from tests.factories.reviews import item_about, make_review
from tests.factories.run_exports import make_run_export
from tests.factories.run_views import make_run_view
from tests.factories.runs import make_batch, make_run
from tests.factories.shadows import make_shadow
from tests.factories.slack import make_slack_member
from tests.factories.sources import make_source
from tests.factories.syncs import make_sync
from tests.factories.templates import make_template
from tests.factories.timetables import make_calendar, make_override, make_schedule
from tests.factories.workflows import make_workflow, refunds

CANARY = "Zugvogel"
"""Stands in every name of the other tenant; it must never be seen outside."""

Maker = Callable[[Flask, MadeTenant], str]


def _token(app: Flask, tenant: MadeTenant) -> str:
    owner = tenant["owner"]
    with app.extensions["studio_database"].unit(tenant.id, owner.actor) as uow:
        made = tokens.create(uow, name=f"Token of {tenant.name}", scopes=["runs:read"], user_id=owner.user_id)
        return str(made.row.id)


def _erasure(app: Flask, tenant: MadeTenant) -> str:
    with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as uow:
        there = next((one for one in erasure.newest(uow) if erasure.is_open(one)), None)
        return str((there or erasure.ask(uow, f"anna@{tenant.id.hex}.example", f"Matter of {tenant.name}")).id)


def _secret(app: Flask, tenant: MadeTenant) -> str:
    name = f"secret_{tenant.name.replace(' ', '_')}"
    with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as uow:
        made = app.extensions["studio_vault"].create(uow, name=name, value="s3cr3t", hosts=["api.example.com"])
        return str(made.id)


def _database(app: Flask) -> Database:
    return app.extensions["studio_database"]


def _request(app: Flask, tenant: MadeTenant) -> UUID:
    listen()
    asked = [tenant["owner"], tenant["approver"]]
    return make_request(_database(app), tenant, asked, title=f"Refund for {tenant.name}")


def _share(app: Flask, tenant: MadeTenant) -> str:
    return str(share_of(_database(app), tenant, _request(app, tenant), tenant["owner"]).id)


def _group(app: Flask, tenant: MadeTenant) -> str:
    return str(make_group(_database(app), tenant, f"Group of {tenant.name}", [tenant["approver"]]))


def _thread(app: Flask, tenant: MadeTenant) -> str:
    request_id = _request(app, tenant)
    with _database(app).unit(tenant.id, tenant["owner"].actor) as uow:
        return str(threading.open_thread(uow, request_id, f"Thread of {tenant.name}").id)


def _attachment(app: Flask, tenant: MadeTenant) -> str:
    request_id = _request(app, tenant)
    with _database(app).unit(tenant.id, tenant["owner"].actor) as uow:
        kept = attaching.keep(uow, [Checked(f"{tenant.name}.pdf", "application/pdf", b"%PDF-1.4 %%EOF")])
        said = inbox.comment(uow, request_id, f"Attached at {tenant.name}", kept)
        return str(next(one.id for one in attaching.every(uow, request_id) if one.comment_id == said.id))


def _rows_file(app: Flask, tenant: MadeTenant) -> str:
    with _database(app).unit(tenant.id, tenant["owner"].actor) as uow:
        content = BytesIO(f"name\n{tenant.name}\n".encode())
        return str(storing.store(uow, content, kind="rows", name="a.csv", media_type="text/csv", taken=False).id)


def _calendar(app: Flask, tenant: MadeTenant) -> str:
    return str(make_calendar(_database(app), tenant, name=f"Hours of {tenant.name}"))


def _delegation(app: Flask, tenant: MadeTenant) -> str:
    return str(make_delegation(_database(app), tenant, tenant["owner"], tenant["approver"]))


def _slack_user(app: Flask, tenant: MadeTenant) -> str:
    return str(make_slack_member(app, tenant, tenant["approver"]).user_id)


def _review(app: Flask, tenant: MadeTenant) -> UUID:
    return make_review(_database(app), tenant, [tenant["owner"]], name=f"Review of {tenant.name}")


def _review_item(app: Flask, tenant: MadeTenant) -> str:
    return str(item_about(_database(app), tenant, _review(app, tenant), tenant["builder"]).id)


def _alert_rule(app: Flask, tenant: MadeTenant) -> str:
    with _database(app).unit(tenant.id, tenant["owner"].actor) as uow:
        return add_alert_rule(uow, name=f"At night at {tenant.name}")


MAKERS: dict[str, Maker] = {
    "request_id": lambda app, tenant: str(_request(app, tenant)),
    "share_id": _share,
    "thread_id": _thread,
    "attachment_id": _attachment,
    "rows_file_id": _rows_file,
    "group_id": _group,
    "delegation_id": _delegation,
    "calendar_id": _calendar,
    "policy_id": lambda app, tenant: str(make_policy(_database(app), tenant, name=f"Policy of {tenant.name}")),
    "matrix_id": lambda app, tenant: str(make_matrix(_database(app), tenant, f"Matrix of {tenant.name}")),
    "guard_policy_id": lambda app, tenant: str(make_guard_policy(_database(app), tenant, f"Before {tenant.name}")),
    "guard_target_id": lambda app, tenant: str(make_own_target(_database(app), tenant, f"Payouts of {tenant.name}")),
    "eligibility_id": lambda app, tenant: str(make_eligible(_database(app), tenant, tenant["approver"], Role.BUILDER)),
    "elevation_id": lambda app, tenant: str(make_elevation(app, tenant)),
    "guard_pass_id": lambda app, tenant: str(
        make_pass(_database(app), tenant, tenant["builder"], f"Proof at {tenant.name}")
    ),
    "hold_id": lambda app, tenant: str(make_hold(_database(app), tenant, f"Held at {tenant.name}")),
    "slack_user_id": _slack_user,
    "schedule_id": lambda app, tenant: str(make_schedule(_database(app), tenant, name=f"On call at {tenant.name}")),
    "override_id": lambda app, tenant: str(make_override(_database(app), tenant)),
    "connection_id": lambda app, tenant: str(make_connection(app, tenant).id),
    "sync_id": lambda app, tenant: str(make_sync(app, tenant)),
    "handle": lambda app, tenant: make_connection(app, tenant).handle,
    "flag_key": lambda app, tenant: make_flag(app, tenant, f"flag-of-{tenant.id.hex}").key,
    "experiment_id": lambda app, tenant: str(make_experiment(app, tenant, f"flag-of-{tenant.id.hex}")),
    "client_key_id": lambda app, tenant: str(make_client_key(app, tenant).id),
    "segment_id": lambda app, tenant: str(make_segment(app, tenant).id),
    "document_id": lambda app, tenant: str(make_description(app, tenant).id),
    "description": lambda app, tenant: make_description(app, tenant).name,
    "destination_id": lambda app, tenant: str(make_export(app, tenant).id),
    "seat_id": lambda _app, tenant: str(tenant["builder"].seat_id),
    "workspace_id": lambda _app, tenant: str(tenant.id),
    "token_id": _token,
    "erasure_id": _erasure,
    "secret_id": _secret,
    "workflow_id": lambda app, tenant: str(make_workflow(app, tenant, refunds(name=tenant.name), published=True)),
    "mail_id": lambda app, tenant: str(make_mail(app, tenant)),
    "review_id": lambda app, tenant: str(_review(app, tenant)),
    "review_item_id": _review_item,
    "run_id": lambda app, tenant: str(make_run(app, tenant)),
    "backtest_id": make_backtest,
    "shadow_id": make_shadow,
    "event_id": lambda _app, _tenant: str(UUID(int=0)),  # nobody's: they are reached through their backtest
    "batch_id": lambda app, tenant: str(make_batch(app, tenant)),
    "pack_id": make_pack,
    "export_id": make_run_export,
    "archived_id": make_archived,
    "view_id": make_run_view,
    "template_id": make_template,
    "source_id": make_source,
    "alert_id": make_alert,
    "alert_rule_id": _alert_rule,
    "number": lambda _app, _tenant: "1",  # a version's, beside its workflow's id
    "step_id": lambda _app, _tenant: str(UUID(int=0)),  # nobody's: steps are reached through their run
    "trigger_key": lambda _app, _tenant: "order",  # the same
}

NO_TENANT = {
    "signal": "parcel-shipped",  # whoever waits for it, in the sender's workspace
    "environment": "production",  # of flags: every workspace has one of its own
    "slug": "high-value-refunds",  # of a template: every workspace sees the same
    "installed_in": str(UUID(int=0)),  # a workspace: whoever signs with its secret may call, all others are the same
    "kind": "refund_limit",  # of a protected setting: every workspace has one of its own
    "logo_id": str(UUID(int=0)),  # whoever has its address may look: it is no secret
    "connector_key": "http",  # every workspace sees the same
    "action": "http.nothing",  # beside its connection's handle
    "connect_token": "x" * 68,  # whoever holds the link may follow it
    "matrix_version": "1",
    "month": clock.local_now().strftime("%Y-%m"),  # every workspace has a report of it
    "flag_version": "1",  # of a flag or a segment that the address names
    "flag_name": "new-checkout",  # whoever shows an environment's key may ask for it
    "elsewhere": "Me",  # of SCIM: there is nothing
    "scim_type": "User",  # every workspace sees the same
    "scim_schema": "urn:ietf:params:scim:schemas:core:2.0:User",  # the same
    "filename": "studio.css",  # files of the build
    "passkey_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11",  # a person's: tests/accounts/test_factors.py
    "step_up_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11",  # a person's: tests/guard/test_step_up.py
    "token": "x" * 43,  # the link of a mail: whoever holds it may follow it
}
"""Arguments that name nothing of a tenant."""


@dataclass(frozen=True)
class Route:
    """One address and method, with what its view states."""

    rule: Rule
    method: str
    access: Access | None

    @property
    def arguments(self) -> set[str]:
        return set(self.rule.arguments)

    def url(self, app: Flask, values: dict[str, str]) -> str:
        return app.url_map.bind("localhost").build(self.rule.endpoint, values, method=self.method)

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


@dataclass(frozen=True)
class World:
    """The app, our tenant and the other one, with the ids of what each owns."""

    app: Flask
    ours: MadeTenant
    theirs: MadeTenant
    our_ids: dict[str, str]
    their_ids: dict[str, str]

    def routes(self) -> Iterator[Route]:
        for rule in self.app.url_map.iter_rules():
            access = access_of(self.app.view_functions[rule.endpoint])
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield Route(rule, method, access)

    def rows(self, tenant: MadeTenant) -> dict[str, list[tuple]]:
        """Everything that a tenant owns, as it lies in the tables."""
        database = self.app.extensions["studio_database"]
        with database.unit(tenant.id, read_only=True) as uow:
            found = {table.name: _rows_of(uow.session, table, tenant.id) for table in _tenant_tables()}
            found["workspace"] = [tuple(row) for row in uow.session.execute(_workspace(tenant.id))]
        return found


def make_world(app: Flask) -> World:
    database = app.extensions["studio_database"]
    ours, theirs = make_tenant(database, "Our Store"), make_tenant(database, f"{CANARY} Store")
    our_ids, their_ids = ({n: make(app, t) for n, make in MAKERS.items()} for t in (ours, theirs))
    return World(app, ours, theirs, our_ids, their_ids)


def _tenant_tables() -> list[Table]:
    return [
        table for table in Base.metadata.sorted_tables if "workspace_id" in table.c and table.name != "user_session"
    ]


def _workspace(tenant_id: UUID):
    table = Workspace.__table__
    return table.select().where(table.c.id == tenant_id)


def _rows_of(session, table: Table, tenant_id: UUID) -> list[tuple]:
    rows = session.execute(table.select().where(table.c.workspace_id == tenant_id))
    return sorted((tuple(row) for row in rows), key=repr)
