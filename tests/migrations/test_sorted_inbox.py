"""What is open when the inbox gets its order is put into it; what an older process asks for afterwards stands last."""

from datetime import UTC, datetime

import sqlalchemy as sa

from benchmarks.servers.schema import downgrade, upgrade
from studio.approvals import policy
from studio.approvals.models import Assignment, Request
from studio.core import db, ids

DUE = datetime(2026, 3, 31, 12, 30, tzinfo=UTC)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
WORKSPACE = ids.new_id()


def old(model):
    """A table as those know it who know of no order."""
    return sa.table(
        model.__tablename__, *(sa.column(one.name, one.type) for one in model.__table__.c if one.name != "sort_at")
    )


def ask(connection, due_at, *, state="pending", share="open"):
    request_id, closed_at = ids.new_id(), None if state == "pending" else NOW
    common = {"workspace_id": WORKSPACE, "created_at": NOW, "closed_at": closed_at}
    connection.execute(
        sa.insert(old(Request)).values(
            id=request_id, asker="test", ref={}, title="Refund", facts=[], instructions="", payload_hash="",
            state=state, due_at=due_at, context={}, rule={}, **common,
        )
    )  # fmt: skip
    connection.execute(
        sa.insert(old(Assignment)).values(
            id=ids.new_id(), request_id=request_id, user_id=WORKSPACE, state=share, why={}, **common
        )
    )
    return request_id


def test_open_approvals_get_their_place(empty_database):
    upgrade(empty_database, "0017")
    downgrade(empty_database, "-1")
    engine = db.open_engine(empty_database)
    with engine.begin() as connection:
        places = {
            ask(connection, DUE): DUE,
            ask(connection, DUE, share="snoozed"): DUE,
            ask(connection, None): policy.NEVER,
            ask(connection, DUE, state="approved", share="decided"): policy.NEVER,
        }
    upgrade(empty_database, "0017")
    with engine.begin() as connection:
        places[ask(connection, DUE)] = policy.NEVER
        assert dict(connection.execute(sa.select(Request.id, Request.sort_at)).all()) == places
        assert dict(connection.execute(sa.select(Assignment.request_id, Assignment.sort_at)).all()) == places
    downgrade(empty_database, "-1")
    with engine.begin() as connection:
        assert set(connection.scalars(sa.select(old(Request).c.id))) == set(places)
    engine.dispose()
