"""What the doctor looks at: an installation's settings and, opened when first asked for, its databases."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from studio.core import db
from studio.core.settings import Settings
from studio.core.tenancy import TenantSession, bind

Role = Literal["app", "engine", "migrate"]
ROLES: tuple[Role, ...] = ("app", "engine", "migrate")
VARIABLES: Mapping[Role, str] = {
    "app": "STUDIO_DATABASE_URL",
    "engine": "STUDIO_ENGINE_DATABASE_URL",
    "migrate": "STUDIO_MIGRATE_DATABASE_URL",
}


class Away(Exception):
    """A database that cannot be asked; its words say why."""


@dataclass
class Place:
    """One installation. Close it when done."""

    settings: Settings
    environ: Mapping[str, str]
    send_to: str | None = None
    """Whom a test mail goes to; None: no mail is sent."""
    _engines: dict[str, Engine] = field(default_factory=dict)

    @property
    def on_postgresql(self) -> bool:
        """Rather than SQLite."""
        return not self.settings.database_url.startswith("sqlite")

    def url(self, role: Role) -> str:
        """The database's address for a role."""
        urls = {
            "app": self.settings.database_url, "engine": self.settings.engine_url, "migrate": self.settings.migrate_url,
        }  # fmt: skip
        return urls[role]

    @contextmanager
    def asking(self, role: Role = "app") -> Iterator[Connection]:
        """A connection that changes nothing. Raises Away."""
        path = self.settings.sqlite_path
        if path is not None and not path.exists():  # connecting would make it
            raise Away(f"there is no file {path}")
        try:
            with self._engine(role).connect().execution_options(read_only=True) as connection:
                yield connection
        except SQLAlchemyError as error:
            raise Away(str(error).splitlines()[0]) from error

    @contextmanager
    def across(self) -> Iterator[Session]:
        """A session over all workspaces, as the engine has it. Raises Away."""
        with self.asking("engine") as connection, TenantSession(connection) as session:
            bind(session, workspace_id=None, cross=True)
            yield session

    def _engine(self, role: Role) -> Engine:
        url = self.url(role)
        if url not in self._engines:
            self._engines[url] = db.open_engine(url)
        return self._engines[url]

    def close(self) -> None:
        """Let go of the databases."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
