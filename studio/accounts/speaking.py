"""In whose language something is written to somebody: theirs, else the workspace's."""

from contextlib import AbstractContextManager
from typing import Protocol

from studio.accounts.models import Workspace
from studio.core.speaking import speaking
from studio.core.unit_of_work import UnitOfWork

DEFAULT = "en"


class Reader(Protocol):
    """Somebody who is written to: a user, a member, an approver."""

    @property
    def locale(self) -> str | None:
        """As they chose it; None: as the workspace does."""


def speaking_to(uow: UnitOfWork, reader: Reader | None) -> AbstractContextManager[None]:
    """Look sentences up in the reader's language within the block; without a reader, in the workspace's."""
    chosen = reader.locale if reader is not None else None
    return speaking(chosen or _of_workspace(uow))


def _of_workspace(uow: UnitOfWork) -> str:
    row = uow.session.get(Workspace, uow.workspace_id) if uow.workspace_id is not None else None
    return row.locale if row is not None else DEFAULT
