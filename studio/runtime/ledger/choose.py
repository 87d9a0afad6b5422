"""Which ledger a database needs."""

from studio.runtime.ledger.port import Ledger
from studio.runtime.ledger.sqlite import SqliteLedger


def ledger_for(dialect: str) -> Ledger:
    """`sqlite` or `postgresql`."""
    if dialect == "sqlite":
        return SqliteLedger()
    from studio.runtime.ledger.postgresql import PostgresqlLedger  # noqa: PLC0415 - brings PostgreSQL's driver

    return PostgresqlLedger()
