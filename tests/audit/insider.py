"""Somebody with the owner's rights on the database, who also takes the triggers away."""

from sqlalchemy import text

from studio.core.db import open_engine

TABLES = ("audit_event", "audit_target", "audit_segment", "audit_signing_key")
TRIGGERS = (
    *(f"{table}_no_{verb}" for table in TABLES for verb in ("update", "delete")),
    "audit_personal_no_update",
)


def as_insider(store, store_settings, *statements):
    engine = open_engine(store_settings.migrate_url)
    with engine.begin() as connection:
        for trigger in TRIGGERS if store == "sqlite" else ():
            connection.execute(text(f"drop trigger {trigger}"))
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
