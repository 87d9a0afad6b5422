"""Metrics of a workspace: what may be measured of people."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from studio import audit
from studio.core import ids
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagMetric
from studio.flags.outcomes import MetricKind
from studio.flags.ramps.plan import Worse

MOST = 200
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}\Z")


def listed(uow: UnitOfWork) -> Sequence[FlagMetric]:
    """All of them, by key."""
    return uow.session.scalars(select(FlagMetric).order_by(FlagMetric.key)).all()


def create(uow: UnitOfWork, *, key: str, title: str, kind: str, worse: str) -> FlagMetric:
    """Name one. Raises InvalidInput with the field, Conflict where the key is taken."""
    if not _KEY.match(key):
        said = _("A key has 1 to 60 small letters, digits, “_”, “.” and “-”.")
        raise InvalidInput(said, code="metric.key", field="key")
    if kind not in list(MetricKind):
        raise InvalidInput(_("Choose “proportion” or “mean”."), code="metric.kind", field="kind")
    if worse not in list(Worse):
        raise InvalidInput(_("Say whether it gets worse “up” or “down”."), code="metric.worse", field="worse")
    words = title.strip() or key
    if len(words) > 80:
        raise InvalidInput(_("A title has at most 80 characters."), code="metric.title", field="title")
    known = listed(uow)
    if any(one.key == key for one in known):
        raise Conflict(_("There is a metric of this key."), code="metric.taken", field="key")
    if len(known) >= MOST:
        raise Conflict(_("A workspace has at most %(most)s metrics.", most=MOST), code="metric.many")
    row = FlagMetric(
        id=ids.new_id(), workspace_id=uow.workspace, key=key, title=words, kind=kind, worse=worse, created_at=uow.now,
        created_by=uow.actor.name[:200],
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    audit.record(uow, "flag_metric.created", targets=[audit.Target("flag_metric", str(row.id), row.key)],
                 metadata={"kind": kind})  # fmt: skip
    return row
