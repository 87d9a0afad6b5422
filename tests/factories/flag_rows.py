"""Flags straight into the tables, in Unleash's form: for what reads them."""

from uuid import UUID

from sqlalchemy import select, update

from studio.core.unit_of_work import Database, UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagSegment, FlagSetting
from studio.flags.serving import keys
from tests.factories.accounts import MadeTenant


def make_environment(database: Database, tenant: MadeTenant, name: str = "production") -> UUID:
    with database.unit(tenant.id) as unit:
        row = FlagEnvironment(
            name=name, title=name.title(), kind="production", position=0, revision=1, created_at=unit.now
        )
        unit.session.add(row)
        unit.session.flush()
        return row.id


def make_client_key(
    database: Database, tenant: MadeTenant, environment_id: UUID, kind: str = "server", origins: tuple[str, ...] = ()
) -> str:
    with database.unit(tenant.id, tenant["owner"].actor) as unit:
        return keys.make(unit, environment_id, name=f"Shop of {tenant.name}", kind=kind, origins=origins).text


def put_state(database: Database, tenant: MadeTenant, environment_id: UUID, state: dict) -> None:
    """All flags of an environment become those of `state`, the body of `/api/client/features`."""
    with database.unit(tenant.id) as unit:
        for row in unit.session.scalars(select(Flag).where(Flag.archived_at.is_(None))).all():
            row.archived_at = unit.now
            row.key = f"{row.key}.gone.{row.id}"[:100]
        for one in state.get("segments", ()):
            put_segment(unit, one["id"], one["constraints"])
        for feature in state["features"]:
            put_flag(unit, environment_id, feature)
        move(unit, environment_id)


def put_flag(unit: UnitOfWork, environment_id: UUID, feature: dict, **columns) -> UUID:
    """Write one flag and its setting anew."""
    row = unit.session.scalar(select(Flag).where(Flag.key == feature["name"]))
    if row is None:
        now = unit.now
        row = Flag(
            key=feature["name"], kind="boolean", purpose="release", description=feature.get("description") or "",
            dependencies=[], impression_data=feature.get("impressionData", False), version=1, created_at=now,
            changed_at=now,
        )  # fmt: skip
        unit.session.add(row)
    row.dependencies = feature.get("dependencies") or []
    for name, value in columns.items():
        setattr(row, name, value)
    unit.session.flush()
    setting = unit.session.get(FlagSetting, (row.id, environment_id))
    if setting is None:
        now = unit.now
        setting = FlagSetting(
            flag_id=row.id, environment_id=environment_id, enabled=False, strategies=[], variants=[], changed_at=now,
            changed_by="a test",
        )  # fmt: skip
        unit.session.add(setting)
    setting.enabled = feature["enabled"]
    setting.strategies, setting.variants = feature.get("strategies") or [], feature.get("variants") or []
    unit.session.flush()
    return row.id


def put_segment(unit: UnitOfWork, number: int, constraints: list) -> None:
    row = unit.session.scalar(select(FlagSegment).where(FlagSegment.number == number))
    if row is None:
        now = unit.now
        row = FlagSegment(
            number=number, name=f"segment {number}", description="", constraints=[], version=1, created_at=now,
            changed_at=now, changed_by="a test",
        )  # fmt: skip
        unit.session.add(row)
    row.constraints = constraints
    unit.session.flush()


def move(unit: UnitOfWork, environment_id: UUID) -> None:
    """Say that its clients would see something else."""
    row = update(FlagEnvironment).where(FlagEnvironment.id == environment_id)
    unit.session.execute(row.values(revision=FlagEnvironment.revision + 1))
