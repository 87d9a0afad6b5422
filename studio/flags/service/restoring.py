"""One click back: an old version's state is written as a new version, through the door that every change takes."""

from sqlalchemy import select

from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagVersion
from studio.flags.service import changing, describing, finding


def restore(uow: UnitOfWork, flag: Flag, number: int, note: str = "", *, seen: int | None = None) -> FlagVersion | None:
    """Bring back what version `number` said, of the environment that it was about or of the flag itself.

    None: it holds already. Raises NotFound, and as changing.change() or describing.describe(): what it names may be
    gone by now.
    """
    old = finding.version(uow, flag, number)
    if old.environment_id is None:
        return describing.describe(uow, flag, _about(old), note, seen=seen, restored=number)
    place = uow.session.scalar(select(FlagEnvironment).where(FlagEnvironment.id == old.environment_id))
    if place is None or place.retired_at is not None:
        raise NotFound(_("The environment of this version was retired."))
    wanted = changing.Change(old.state["enabled"], old.state["strategies"], old.state["variants"])
    return changing.change(uow, flag, place, wanted, note, seen=seen, restored=number)


def _about(old: FlagVersion) -> describing.About:
    state = old.state
    return describing.About(
        state["description"], state["purpose"], state["value_schema"], state["off_value"], state["dependencies"],
        state["impression_data"], parse_id(state["owner_id"] or ""),
    )  # fmt: skip
