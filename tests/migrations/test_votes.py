"""What people decided before votes were counted is a vote afterwards, and the way back loses no decision."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import MetaData, Table, insert, select

from benchmarks.servers.schema import downgrade, upgrade
from studio.core import db

BEFORE = "0017"
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def table(connection, name):
    return Table(name, MetaData(), autoload_with=connection)


def add(connection, name, **values):
    """One row; ids in the form of the database, and something in every column that must not be empty."""
    made = table(connection, name)
    sqlite = connection.dialect.name == "sqlite"
    for column in made.columns:
        if not column.nullable and column.server_default is None and column.name not in values:
            kind = str(column.type)
            values[column.name] = {} if "JSON" in kind else NOW if "TIME" in kind else ""
    plain = {k: v.hex if sqlite and hasattr(v, "hex") and hasattr(v, "bytes") else v for k, v in values.items()}
    connection.execute(insert(made).values(plain))


def test_each_persons_decision_becomes_their_vote(empty_database):
    upgrade(empty_database, BEFORE)
    engine = db.open_engine(empty_database)
    shop, jonas, asked, expired, share, late, decision = (uuid4() for _ in range(7))
    with engine.begin() as connection:
        for request_id, state in ((asked, "approved"), (expired, "expired")):
            add(connection, "approval_request", id=request_id, workspace_id=shop, state=state,
                rule={"any_of": []}, payload_hash="a" * 64)  # fmt: skip
        for share_id, request_id, state in ((share, asked, "decided"), (late, expired, "withdrawn")):
            add(connection, "approval_assignment", id=share_id, request_id=request_id, user_id=jonas,
                workspace_id=shop, state=state)  # fmt: skip
        add(connection, "approval_decision", id=decision, request_id=asked, workspace_id=shop, by_user_id=jonas,
            outcome="approved", by_name="Jonas", reason="Fine", channel="page", payload_hash="a" * 64)  # fmt: skip
        add(connection, "approval_decision", id=uuid4(), request_id=expired, workspace_id=shop, outcome="expired",
            by_name="", channel="clock")  # fmt: skip
    upgrade(empty_database)
    with engine.connect() as connection:
        shares = table(connection, "approval_assignment")
        assert all(row.place_id == row.user_id for row in connection.execute(select(shares)))
        [vote] = connection.execute(select(table(connection, "approval_vote"))).all()
        found = (vote.outcome, vote.reason, vote.channel, vote.stage, vote.revision, vote.voided_at)
        assert found == ("approved", "Fine", "page", 0, 1, None)
        assert {str(vote.user_id), str(vote.place_id)} <= {str(jonas), jonas.hex}
        assert str(vote.assignment_id) in (str(share), share.hex)
    downgrade(empty_database, BEFORE)
    with engine.connect() as connection:
        assert len(connection.execute(select(table(connection, "approval_decision"))).all()) == 2
    engine.dispose()
