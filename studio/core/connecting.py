"""How Studio connects to PostgreSQL: how many connections a process opens, and how long it waits for anything.

Without a limit of its own a client waits for ever: for a server that does not answer, for a machine that is gone, for a
row that a frozen process has locked.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event, make_url, text

CONNECT_S = 5
FEWEST = 5
"""Connections without which a process would wait for itself."""
POOL_S = 5.0
"""Longest that somebody waits for a connection that others use."""
_LIVING = {
    "connect_timeout": CONNECT_S,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A machine that vanished is noticed after a quarter of a minute, whether or not something was sent to it."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How the connections of one process are shared out: pages and services, the engine's units, its hot statements."""

    app: int
    engine: int
    direct: int


def shares(total: int) -> Shares:
    """Share out `total` connections, FEWEST at least: half for what holds one for longest."""
    direct = max(1, total // 4)
    engine = max(2, total // 4)
    return Shares(total - direct - engine, engine, direct)


def arguments(url: str, patience_s: float | None = None) -> dict[str, Any]:
    """Connect arguments for an address; what the address says itself is left as it is.

    With `patience_s`, the server ends a transaction whose client says nothing for half that time: a frozen process
    keeps its row locks no longer.
    """
    said = make_url(url).query
    found: dict[str, Any] = {name: value for name, value in _LIVING.items() if name not in said}
    if patience_s is not None:
        idle = f"-c idle_in_transaction_session_timeout={int(patience_s * 500)}"
        found["options"] = f"{idle} {said.get('options', '')}".strip()
    return found


def be_patient(engine: Engine, patience_s: float) -> None:
    """Give up a connection whose server takes longer than this over any one answer."""
    import psycopg  # noqa: PLC0415 - a Studio on SQLite need not load the driver
    from psycopg.errors import ConnectionTimeout  # noqa: PLC0415 - a Studio on SQLite need not load the driver
    from psycopg.errors import _WaitTimeout as TookTooLong  # noqa: PLC0415 - as above; it has no public name

    class Patient(psycopg.Connection[Any]):
        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            """As long as was said."""
            try:
                return super().wait(gen, interval, patience_s if timeout is None else timeout)
            except TookTooLong:
                self.pgconn.finish()  # in the middle of an answer it is of no use to anybody
                message = f"the database has not answered for {patience_s:g} seconds"
                raise ConnectionTimeout(message) from None

    def connect(_dialect: Any, _record: Any, positional: Any, named: Any) -> Any:
        return Patient.connect(*positional, **named)

    event.listen(engine, "do_connect", connect)


def allowed(engine: Engine) -> int | None:
    """How many connections the server gives to roles without special rights; None on SQLite."""
    if engine.dialect.name == "sqlite":
        return None
    with engine.connect() as connection:
        found: int = connection.execute(text(
            "select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
            " - coalesce(current_setting('reserved_connections', true), '0')::int"
        )).scalar_one()  # fmt: skip
    return found
