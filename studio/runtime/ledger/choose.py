"""Which ledger a database needs."""

from studio.runtime.ledger.port import Ledger
from studio.runtime.ledger.postgresql import PostgresqlLedger
from studio.runtime.ledger.sqlite import SqliteLedger


def ledger_for(dialect: str) -> Ledger:
    """`sqlite` or `postgresql`."""
    return SqliteLedger() if dialect == "sqlite" else PostgresqlLedger()
