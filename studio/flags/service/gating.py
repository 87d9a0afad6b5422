"""The gate before changes of flags that real customers are behind."""

from typing import Any

from studio.contract import gates
from studio.contract.gates import Act
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment
from studio.flags.outcomes import EnvironmentKind

TARGET = "flag.rollout"


def require(uow: UnitOfWork, row: Flag, place: FlagEnvironment, percent: float, payload: dict[str, Any]) -> None:
    """Go on where all is there that the policies ask for. Raises as Gates.require(). `percent`: what is on after it."""
    if place.kind != EnvironmentKind.PRODUCTION:
        return
    what = _("Flag %(flag)s in %(environment)s: at most %(percent)s %% of all get it",
             flag=row.key, environment=place.title, percent=f"{percent:g}")  # fmt: skip
    facts = {"flag": row.key, "environment": place.name, "percent": percent}
    payload = {"flag": row.key, "environment": place.name, **payload}
    gates.current().require(uow, Act(TARGET, what, payload, facts, subject=f"flag:{row.id}:{place.id}"))
