"""The part of connections when somebody leaves. Implements `contract.leaving.Part`."""

from collections.abc import Mapping

from sqlalchemy import func, select, update

from studio.connectors.models import Connection, ConnectionSync, ConnectSession
from studio.connectors.outcomes import Status
from studio.contract.leaving import NAMES, Fate, Holding, Leave, fate
from studio.core.unit_of_work import UnitOfWork


class ConnectionsPart:
    """Who is told when a connection or sync breaks; the connections themselves are the workspace's."""

    name = "connectors"
    columns: Mapping[str, str] = {
        "connection.created_by": "the heir is told when it breaks",
        "connection_sync.created_by": "the heir is told when it breaks",
        "connect_session.user_id": "ended: nobody comes back from that sign-in",
        "connector_document.created_by": "descriptions are the workspace's",
        "connection_hook.asked_by": "webhooks are the workspace's",
    }

    def look(self, uow: UnitOfWork, leave: Leave) -> list[Holding]:
        """Connections and syncs that tell them, sign-ins that they began."""
        who = leave.who.id
        mine = (Connection.created_by == who, Connection.status != Status.DISCONNECTED)
        titles = uow.session.scalars(select(Connection.title).where(*mine).order_by(Connection.title)).all()
        syncs = (
            uow.session.scalar(select(func.count()).select_from(ConnectionSync).where(ConnectionSync.created_by == who))
            or 0
        )
        begun = select(func.count()).select_from(ConnectSession).where(*self._begun(uow, leave))
        becomes = fate(leave) if leave.to is not None else Fate.KEPT
        found = [
            Holding("connections", len(titles), becomes, tuple(titles[:NAMES])),
            Holding("syncs", syncs, becomes),
            Holding("sign_ins", uow.session.scalar(begun) or 0, Fate.ENDED),
        ]
        return [one for one in found if one.count]

    def carry_out(self, uow: UnitOfWork, leave: Leave) -> None:
        """Let the heir be told."""
        if leave.to is not None:
            for model in (Connection, ConnectionSync):
                mine = update(model).where(model.created_by == leave.who.id)
                uow.session.execute(mine.values(created_by=leave.to.id))
        uow.session.execute(update(ConnectSession).where(*self._begun(uow, leave)).values(used_at=uow.now))

    @staticmethod
    def _begun(uow: UnitOfWork, leave: Leave):  # type: ignore[no-untyped-def]  # noqa: ANN205 - SQL conditions
        mine = ConnectSession.user_id == leave.who.id
        return mine, ConnectSession.used_at.is_(None), ConnectSession.ends_at > uow.now
