"""Flags as people make them, through the service."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.flags.experimenting import planning, rows
from studio.flags.experimenting.planning import Wanted
from studio.flags.models import Flag, FlagClientKey, FlagMetric, FlagSegment
from studio.flags.service import changing, creating, environments, finding, segments
from studio.flags.service.describing import About
from studio.flags.serving import keys
from studio.flags.studies import metrics
from tests.factories.accounts import MadeTenant

EVERYBODY: Mapping[str, Any] = {"name": "default"}


def rollout(percent: int, title: str = "") -> dict[str, Any]:
    """A gradual rollout."""
    parameters = {"rollout": str(percent), "stickiness": "default", "groupId": "flags"}
    return {"name": "flexibleRollout", "parameters": parameters, **({"title": title} if title else {})}


def make_flag(
    app: Flask,
    tenant: MadeTenant,
    key: str = "new-checkout",
    *,
    kind: str = "boolean",
    on: Sequence[str] = (),
    strategies: Sequence[Mapping[str, Any]] = (),
    variants: Sequence[Mapping[str, Any]] = (),
    about: About | None = None,
) -> Flag:
    """A flag that is on in the environments named; the same one each time."""
    with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as unit:
        found = unit.session.scalar(select(Flag).where(Flag.key == key))
        if found is not None:
            return found
        row = creating.create(unit, key=key, kind=kind, about=about)
        for place in environments.listed(unit):
            if place.name in on:
                wanted = changing.Change(True, strategies, variants)
                changing.change(unit, row, finding.environment(unit, place.name), wanted)
        return row


def make_segment(app: Flask, tenant: MadeTenant, name: str | None = None) -> FlagSegment:
    """A segment of professionals; the same one each time."""
    name = name or f"Pros of {tenant.name}"
    with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as unit:
        found = unit.session.scalar(select(FlagSegment).where(FlagSegment.name == name))
        plan = {"contextName": "plan", "operator": "IN", "values": ["pro"]}
        return found or segments.create(unit, name=name, constraints=[plan])


def make_client_key(app: Flask, tenant: MadeTenant) -> FlagClientKey:
    """A server's key of the first environment."""
    with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as unit:
        place = environments.ensure(unit)[0]
        return keys.make(unit, place.id, name=f"Till of {tenant.name}", kind="server").row


HALVES: Mapping[str, Any] = {
    "variants": [{"name": "old", "share": 50}, {"name": "new", "share": 50}], "primary": "orders", "units": 200,
}  # fmt: skip
"""A design of two halves."""


def make_experiment(
    app: Flask, tenant: MadeTenant, key: str = "new-checkout", place: str = "production", **wanted: Any
) -> UUID:
    """A draft of two halves; the same one each time. Its metrics are made where there are none: orders, errors."""
    make_flag(app, tenant, key)
    with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as unit:
        flag, where = finding.flag(unit, key), finding.environment(unit, place)
        found = rows.opened(unit, flag, where)
        if found is not None:
            return found.id
        make_metrics(unit)
        design = dict(wanted.pop("design", HALVES))
        return planning.create(unit, flag, where, Wanted(design, **wanted)).id


def make_metrics(unit: UnitOfWork) -> None:
    """Orders, of which more is better; errors; revenue, a mean."""
    known = set(unit.session.scalars(select(FlagMetric.key)))
    for name, kind, worse in (("orders", "proportion", "down"), ("errors", "proportion", "up"),
                              ("revenue", "mean", "down")):  # fmt: skip
        if name not in known:
            metrics.create(unit, key=name, title=name.title(), kind=kind, worse=worse)
