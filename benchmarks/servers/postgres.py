"""A PostgreSQL cluster of our own, with the three roles that Studio knows."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.servers import emptying, process
from benchmarks.servers.schema import upgrade

ROLES = ("studio_migrate", "studio_app", "studio_engine")
PASSWORD = "studio"  # of a cluster on 127.0.0.1 that lives as long as a test run


@dataclass(frozen=True)
class PostgresUrls:
    """One database, seen by each of its three roles."""

    name: str
    migrate: str
    app: str
    engine: str

    def variables(self) -> dict[str, str]:
        """As Studio's processes are told of it."""
        return {
            "STUDIO_DATABASE_URL": self.app,
            "STUDIO_ENGINE_DATABASE_URL": self.engine,
            "STUDIO_MIGRATE_DATABASE_URL": self.migrate,
        }


@dataclass
class PostgresServer:
    """A running cluster. `new_database()` copies a migrated template, or gives one again that was taken back."""

    port: int
    sockets: Path
    log: Path
    _begin: Callable[[], subprocess.Popen[bytes]]
    _running: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _template: str | None = None
    _shape: str = ""
    _spare: list[str] = field(default_factory=list)
    _counted: set[str] = field(default_factory=set)
    _renaming: psycopg.Connection | None = None

    def start(self) -> None:
        """Begin, or begin again on the same data and port."""
        self._counted.clear()  # how many rows its databases hold: it may have forgotten
        self._running = self._begin()
        process.wait_until(lambda: _answers(self), self._running, self.log)

    @property
    def pid(self) -> int:
        """Of the process that all others of it come from."""
        assert self._running is not None
        return self._running.pid

    def running(self) -> bool:
        """Whether its process is there."""
        return self._running is not None and self._running.poll() is None

    def stop(self, *signals: signal.Signals) -> None:
        """End it: SIGINT disconnects everybody, SIGQUIT is at once and leaves the log to be replayed."""
        if self._renaming is not None:
            self._renaming.close()
        if self._running is not None:
            process.stop(self._running, *signals)

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """It accepts connections and answers none while the block runs: neither on new ones nor on those it has."""
        assert self._running is not None
        self._running.send_signal(signal.SIGSTOP)  # first: it starts no further ones then
        stopped = _children(self._running.pid)
        try:
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in (*stopped, self._running.pid):
                os.kill(pid, signal.SIGCONT)

    def new_database(self) -> PostgresUrls:
        """Make a database with the current schema."""
        if self._template is None:
            template = self.empty_database("template")
            upgrade(template.migrate)
            with self.superuser(template.name) as connection:
                self._shape = emptying.shape(connection)
            self._template = template.name
        if self._spare:
            # Under another name, so that whoever is still about from before does not come back to it.
            name = f"studio_{next(self._numbers)}"
            self._rename(self._spare.pop(), name)
            urls = self._urls(name)
        else:
            urls = self._create(f"studio_{next(self._numbers)}", self._template)
        self._counted.add(urls.name)
        return urls

    def copy(self, urls: PostgresUrls) -> PostgresUrls:
        """Make a database that holds what another one holds, to which nobody is connected."""
        return self._create(f"studio_{next(self._numbers)}", urls.name)

    def empty_database(self, purpose: str = "empty") -> PostgresUrls:
        """Make a database that no migration has seen."""
        return self._create(f"studio_{purpose}_{next(self._numbers)}", "template0")

    def first_database(self, purpose: str) -> PostgresUrls:
        """Find the one that `empty_database` made first in the cluster that this one is a copy of."""
        return self._urls(f"studio_{purpose}_{next(self._numbers)}")

    def take_back(self, urls: PostgresUrls) -> None:
        """Empty a database for the next who asks; dropped is one whose schema was altered, or that met a restart."""
        with self.superuser(urls.name) as connection:
            unaltered = urls.name in self._counted and emptying.shape(connection) == self._shape
            if unaltered:
                emptying.empty(connection, urls.name)
        if unaltered:
            self._spare.append(urls.name)
        else:
            self.drop(urls)

    def drop(self, urls: PostgresUrls) -> None:
        """Drop a database, closing whoever is still connected."""
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(urls.name)))

    def execute(self, statement: sql.Composable, database: str = "postgres") -> None:
        """Run one statement as superuser, outside of a transaction."""
        with self.superuser(database) as connection:
            connection.execute(statement)

    def superuser(self, database: str = "postgres") -> psycopg.Connection:
        """Connect past row security, to look at what really lies in the tables."""
        return psycopg.connect(
            host=str(self.sockets),
            port=self.port,
            user="postgres",
            dbname=database,
            autocommit=True,
        )

    def _rename(self, name: str, new: str) -> None:
        """Over a connection that stays, or another where the server has begun anew: it is asked before each test."""
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(new))
        for _ in range(2):
            if self._renaming is None or self._renaming.closed:
                self._renaming = self.superuser()
            with suppress(psycopg.OperationalError):
                self._renaming.execute(statement)
                return
            self._renaming.close()
        message = f"{name} cannot be renamed: the server does not answer"
        raise process.ServerFailed(message)

    def _create(self, name: str, template: str) -> PostgresUrls:
        self.execute(
            sql.SQL("CREATE DATABASE {} OWNER studio_migrate TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self._urls(name)

    def _urls(self, name: str) -> PostgresUrls:
        return PostgresUrls(name, *(self._url(role, name) for role in ROLES))

    def _url(self, role: str, database: str) -> str:
        return f"postgresql+psycopg://{role}:{PASSWORD}@{process.HOST}:{self.port}/{database}"


@contextmanager
def postgres_server(
    *,
    durable: bool = False,
    settings: dict[str, str] | None = None,
    tables: Path | None = None,
    copy_of: Path | None = None,
) -> Iterator[PostgresServer]:
    """Run a cluster; `durable=True` keeps fsync on, as a benchmark must.

    `tables` is a folder on another disk for everything but the log of writes. `copy_of` is a folder with the data of a
    durable cluster that has the roles already.
    """
    user = process.service_user("postgres")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    initdb, postgres = (process.program(name, *folders) for name in ("initdb", "postgres"))
    with process.scratch("pg", user, "/tmp" if durable else process.memory()) as folder:
        data, log = (tables or folder) / "data", folder / "log"
        way = "scram-sha-256" if durable else "md5"
        waldir = [f"--waldir={folder / 'wal'}"] if tables else []
        if copy_of is not None:
            copied(copy_of / "data", data)
        else:
            _initialise(initdb, data, folder, log, user, f"--auth-host={way}", *waldir)
        port = process.free_port()
        options = _options(folder, port, durable=durable) | (settings or {})
        command = [postgres, "-D", data, *(f"--{name}={value}" for name, value in options.items())]
        server = PostgresServer(
            port,
            folder,
            log,
            lambda: process.start(command, log, cwd=folder, user=user, last_signal=signal.SIGQUIT),
        )
        try:
            server.start()
            if copy_of is None:
                _create_roles(server)
            yield server
        finally:
            server.stop(signal.SIGQUIT)  # at once: its data goes with it


def copied(data: Path, to: Path) -> None:
    """Copy a cluster's data, which its server has left, with their owner."""
    subprocess.run(["cp", "--archive", "--reflink=auto", data, to], check=True)


def _initialise(initdb: Path, data: Path, folder: Path, log: Path, user: str | None, *more: str) -> None:
    command = [
        initdb,
        f"--pgdata={data}",
        "--username=postgres",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--auth-local=trust",
        "--no-sync",
        "--no-instructions",
        *more,
    ]
    running = process.start(command, log, cwd=folder, user=user)
    try:
        status = running.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.stop(running)
        status = -1
    if status != 0:
        message = f"initdb failed\n{log.read_text(errors='replace')[-4000:]}"
        raise process.ServerFailed(message)


def _options(folder: Path, port: int, *, durable: bool) -> dict[str, str]:
    options = {
        "port": str(port),
        "listen_addresses": process.HOST,
        "unix_socket_directories": str(folder),
        "max_connections": "100",
        "shared_buffers": "128MB",
        "timezone": "UTC",
        "lc_messages": "C",
    }
    if not durable:
        options |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            # Every test connects anew, and SCRAM makes each connection slow on purpose.
            "password_encryption": "md5",
        }
    return options


def _answers(server: PostgresServer) -> bool:
    try:
        server.superuser().close()
    except psycopg.OperationalError:
        return False
    return True


def _create_roles(server: PostgresServer) -> None:
    for role in ROLES:
        server.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(PASSWORD)
            )
        )


def _version(folder: Path) -> float:
    return float(folder.parent.name)


def _children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]
