"""The demo workspace: one person of each seat, with passwords that are printed once."""

from dataclasses import dataclass
from uuid import UUID

from studio.accounts import passwords
from studio.accounts.outcomes import Role
from studio.accounts.service import credentials, members, workspaces
from studio.accounts.service.workspaces import WorkspaceFacts
from studio.core.unit_of_work import Database

WORKSPACE = WorkspaceFacts("Nordlicht Store", "EUR", "Europe/Berlin", "en")

_PEOPLE = (
    ("Mira König", "mira@nordlicht.example", Role.OWNER),
    ("Tom Albers", "tom@nordlicht.example", Role.ADMIN),
    ("Sofia Brandt", "sofia@nordlicht.example", Role.BUILDER),
    ("Amir Haddad", "amir@nordlicht.example", Role.AUDITOR),
    ("Jonas Weber", "jonas@nordlicht.example", Role.APPROVER),
    ("Lena Fischer", "lena@nordlicht.example", Role.APPROVER),
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """How one person of the demo signs in."""

    name: str
    email: str
    role: Role
    password: str
    user_id: UUID
    workspace_id: UUID


def seed(database: Database) -> list[Credentials]:
    """Make the demo workspace and its people, all in one unit: a stop half-way leaves nothing behind."""
    made = []
    with database.unit() as uow:
        workspace = workspaces.create(uow, WORKSPACE)
        for name, email, role in _PEOPLE:
            _, user = members.add(uow, email=email, name=name, role=role)
            password = passwords.readable()
            credentials.set_password(uow, user, password)
            made.append(Credentials(name, email, role, password, user.id, workspace.id))
    return made
