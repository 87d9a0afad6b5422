"""Runs that are run again, as somebody does who has looked at the plan."""

from types import MappingProxyType
from uuid import UUID

from studio.runtime.models import Run
from studio.runtime.rerun.facts import Finding
from studio.runtime.service.rerun_plan import Wish, look
from studio.runtime.service.rerunning import rerun


def run_again(unit, run: Run | UUID, versions, hint=lambda _lane="main": None, withdraw=MappingProxyType({}), **wish):
    """The new run. Calls in doubt are tried again."""
    if isinstance(run, UUID):
        run = unit.session.get_one(Run, run)
    wanted = Wish(**({"doubts": Finding.REPEAT} | wish))
    return rerun(
        unit, run, versions, hint, wanted, seen=look(unit, run, versions, wanted).hash, withdraw=withdraw,
    )  # fmt: skip
