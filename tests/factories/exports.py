"""Pipelines of a tenant, and what delivers them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import yaml
from flask import Flask
from sqlalchemy import select

from studio import audit
from studio.audit import following
from studio.audit.taxonomy.audit import VERIFIED
from studio.core.http import HttpClient
from studio.core.unit_of_work import Database
from studio.export.components import Reach
from studio.export.delivery import Delivery
from studio.export.models import ExportConfig, ExportDeadLetter, ExportDestination
from studio.export.outcomes import Fate, Verdict
from studio.export.records import Aside, Record, of_event
from studio.export.service import configs, dead_letters
from studio.export.service.configs import Door
from studio.runtime.leases import NamedLeases
from tests.factories.accounts import MadeTenant
from tests.servers.http_target import HttpTarget
from tests.servers.intakes import Intake

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True)
class ExportHouse:
    """One tenant whose events go out to servers of the test."""

    app: Flask
    tenant: MadeTenant
    folder: Path
    inner: Sequence[str] = ()
    """Hosts of the test that may be called."""

    @property
    def database(self) -> Database:
        return self.app.extensions["studio_database"]

    @property
    def reach(self) -> Reach:
        vault = self.app.extensions["studio_vault"]
        return Reach(HttpClient(tuple(self.inner)), vault, self.folder, tuple(self.inner))

    def delivery(self, holder: str = "test") -> Delivery:
        return Delivery(self.database, NamedLeases(self.database, holder), self.reach)

    def unit(self):
        return self.database.unit(self.tenant.id, self.tenant["admin"].actor)

    def secret(self, name: str, value: str, hosts: Sequence[str] = ("127.0.0.1",)) -> None:
        with self.unit() as uow:
            self.app.extensions["studio_vault"].create(uow, name=name, value=value, hosts=hosts)

    def configure(self, text: str) -> ExportConfig:
        with self.unit() as uow:
            return configs.save(uow, Door(tuple(self.inner)), text)

    def record(self, count: int = 1, *, named: str = "audit events", **facts) -> None:
        """Events of one kind, told apart by a number. `named`: what they are about, of any length."""
        with self.unit() as uow:
            for number in range(count):
                target = audit.Target("audit", uow.workspace, named)
                audit.record(uow, VERIFIED, targets=[target], metadata={"checked": number, **facts})

    def destination(self, exporter: str) -> ExportDestination:
        with self.unit() as uow:
            return uow.session.scalars(select(ExportDestination).where(ExportDestination.exporter == exporter)).one()

    def change(self, exporter: str, **values) -> None:
        """Set a destination by hand, such as to have it due at once."""
        with self.unit() as uow:
            row = uow.session.scalars(select(ExportDestination).where(ExportDestination.exporter == exporter)).one()
            for name, value in values.items():
                setattr(row, name, value)

    def due_now(self, exporter: str) -> None:
        with self.unit() as uow:
            now = uow.now
        self.change(exporter, due_at=now)

    def letter(self, row: ExportDestination, code: str, seq: int = 1) -> None:
        """Put an event aside, as if the destination had not taken it."""
        with self.unit() as uow:
            [event] = following.events_numbered(uow, [seq])
            verdict = Verdict(Fate.REFUSED, code, "It does not accept this.")
            dead_letters.put_aside(uow, row.id, [Aside(of_event(event), verdict)])

    def letters(self) -> list[ExportDeadLetter]:
        with self.unit() as uow:
            return list(uow.session.scalars(select(ExportDeadLetter).order_by(ExportDeadLetter.seq)))


def webhook_yaml(target: HttpTarget, *, start: str = "now", extra: str = "", path: str = "/events") -> str:
    """One pipeline to a webhook of the test, named `webhook/siem`; `extra` are lines of the exporter."""
    return f"""
receivers:
  audit: {{start: {start}}}
exporters:
  webhook/siem:
    endpoint: {target.url}{path}
    secret: ${{secret:signing}}
{extra}
service:
  pipelines:
    logs/all:
      receivers: [audit]
      exporters: [webhook/siem]
"""


def exporters_yaml(house: ExportHouse, *intakes: Intake, files: bool = False, **more) -> str:
    """One pipeline from the beginning of the trail to all of them; each finds its own secret.

    `files`: to files as well. `more`: settings of each.
    """
    exporters = {"file": {}} if files else {}
    for intake in intakes:
        name = f"for_{intake.kind}"
        house.secret(name, intake.credential)
        settings = json.dumps(intake.settings() | more).replace("${secret:signing}", f"${{secret:{name}}}")
        exporters[intake.kind] = json.loads(settings)
    pipeline = {"receivers": ["audit"], "exporters": list(exporters)}
    return yaml.safe_dump({
        "receivers": {"audit": {"start": "beginning"}}, "exporters": exporters,
        "service": {"pipelines": {"logs": pipeline}},
    })  # fmt: skip


_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
_SPACE = UUID(int=7)


def export_record(number: int = 1, severity: str = "info", **body) -> Record:
    """An event as it reaches processors and exporters, without a database."""
    known = uuid5(_SPACE, str(number))
    told = {"id": str(known), "seq": number, "action": "secret.created", "severity": severity,
            "metadata": {"a": "1", "b": "2"}, **body}  # fmt: skip
    return Record(number, known, _SPACE, "secret.created", severity, _AT, _AT, told)


def make_export(app: Flask, tenant: MadeTenant) -> ExportDestination:
    """A destination of files, in whose pipeline nothing waits."""
    text = "exporters: {file: {}}\nservice: {pipelines: {logs: {receivers: [audit], exporters: [file]}}}\n"
    with app.extensions["studio_database"].unit(tenant.id, tenant["admin"].actor) as uow:
        found = uow.session.scalars(select(ExportDestination)).first()
        if found is None:
            configs.save(uow, Door(), text)
            found = uow.session.scalars(select(ExportDestination)).one()
        return found
