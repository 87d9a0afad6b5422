"""Events, steps and payloads lie in a partition a month on PostgreSQL; a worker makes months ahead, and drops them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from studio.core.db import open_engine
from studio.core.ids import first_id_at, new_id
from studio.runtime.models import Step
from studio.runtime.retention.months import Months
from tests.factories.accounts import make_tenant

pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True)

MONTH = timedelta(days=31)


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def owner(store_settings):
    """Whoever owns the tables, as statements: rows of each."""
    engine = open_engine(store_settings.migrate_url)

    def run(statement):
        with engine.begin() as connection:
            done = connection.execute(text(statement))
            return list(done) if done.returns_rows else []

    yield run
    engine.dispose()


@pytest.fixture
def step(database, tenant):
    """Write a step whose id was made at a moment."""

    def write(at):
        with database.unit(tenant.id) as uow:
            made = Step(
                id=first_id_at(at), run_id=new_id(), node_key="a", state="succeeded", type="data.set", started_at=at
            )
            uow.session.add(made)
            return made.id

    return write


def parts(owner, table):
    found = owner(f"select inhrelid::regclass::text from pg_inherits where inhparent = '{table}'::regclass order by 1")
    return [row[0] for row in found]


def of_month(at):
    return f"step_{at:%Y_%m}"


def last_month(owner):
    """The last month that is made, by its first moment."""
    name = next(name for name in reversed(parts(owner, "step")) if name[5:].replace("_", "").isdigit())
    return datetime.strptime(name[5:], "%Y_%m").replace(tzinfo=UTC)


def places(owner):
    return {row.id: row.place for row in owner("select id, tableoid::regclass::text as place from step")}


def test_a_row_lies_where_the_month_of_its_id_is_and_nowhere_is_lost(database, owner, step):
    ahead = last_month(owner)
    beyond = ahead + 3 * MONTH
    ids = [step(datetime.now(UTC) - 20 * MONTH), step(ahead), step(ahead - timedelta(milliseconds=1)), step(beyond)]
    found = places(owner)
    assert [found[one] for one in ids[:2]] == ["step_before", of_month(ahead)]
    assert found[ids[2]] != of_month(ahead)
    assert found[ids[3]] == "step_other"


def test_what_is_made_again_is_made_once_and_takes_its_rows_back(database, owner, step, caplog):
    """A worker that was away for months: rows went to the partition that catches them."""
    ahead, before = last_month(owner), parts(owner, "step")
    owner(f"drop table {of_month(ahead)}")
    late = step(ahead + timedelta(days=3))
    assert places(owner)[late] == "step_other"
    now = datetime.now(UTC)
    months = Months(database)
    months(now)
    assert (places(owner)[late], parts(owner, "step")) == (of_month(ahead), before)
    Months(database)(now)
    assert parts(owner, "step") == before


def test_somebody_in_the_way_is_given_way_to(database, owner, store_settings):
    ahead, now = last_month(owner), datetime.now(UTC)
    owner(f"drop table {of_month(ahead)}")
    engine, months = open_engine(store_settings.migrate_url), Months(database)
    with engine.begin() as held:
        held.execute(text("lock table step_other in access share mode"))
        months(now)
    engine.dispose()
    assert of_month(ahead) not in parts(owner, "step")
    months(now + timedelta(seconds=59))
    assert of_month(ahead) not in parts(owner, "step")
    months(now + timedelta(seconds=61))
    assert of_month(ahead) in parts(owner, "step")


def test_a_month_goes_once_it_is_over_and_nothing_lies_in_it(database, owner, tenant, step):
    """Months of last year, made by hand: of the full one nothing is lost, the empty one goes."""
    owner("alter table step detach partition step_before")
    year = datetime.now(UTC).year - 1
    for month in (3, 4):
        low, high = (first_id_at(datetime(year, one, 1, tzinfo=UTC)) for one in (month, month + 1))
        owner(f"create table step_{year}_{month:02} partition of step for values from ('{low}') to ('{high}')")
    kept = step(datetime(year, 3, 9, tzinfo=UTC))
    Months(database)(datetime.now(UTC))
    found = parts(owner, "step")
    assert f"step_{year}_03" in found
    assert f"step_{year}_04" not in found
    assert places(owner)[kept] == f"step_{year}_03"
    with database.unit(tenant.id) as uow:
        uow.session.delete(uow.session.get_one(Step, kept))
    Months(database)(datetime.now(UTC))
    assert f"step_{year}_03" not in parts(owner, "step")


@pytest.mark.parametrize("role", ["app", "engine"])
def test_a_partition_is_met_through_its_table_alone(database, owner, step, store_settings, role):
    """Row security is the table's: past it nobody reads, writes or drops, nor makes a month of their own."""
    step(last_month(owner))
    urls = {"app": store_settings.database_url, "engine": store_settings.engine_url}
    engine = open_engine(urls[role])
    with engine.connect() as connection:
        for name in parts(owner, "step"):
            for statement in (f"select from {name}", f"delete from {name}", f"drop table {name}"):
                with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
                    connection.execute(text(statement))
                connection.rollback()
    engine.dispose()
    [bare] = owner("select count(*) from pg_class where relname ~ '^(event|payload_blob|step)_(before|other|2)' and"
                   " relkind = 'r' and not relrowsecurity")  # fmt: skip
    assert bare[0] == 0


def test_another_workspace_meets_no_row_of_any_month(database, owner, step):
    step(last_month(owner))
    step(datetime.now(UTC))
    with database.unit(make_tenant(database, "Other").id, read_only=True) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Step)) == 0


def test_nothing_of_these_tables_is_unique_but_their_id(owner):
    """What makes them partitionable by it at all."""
    names = "('event'::regclass), ('payload_blob'::regclass), ('step'::regclass)"
    unique = owner("select indrelid::regclass::text, indkey::text from pg_index"
                   f" join (values {names}) one (name) on name = indrelid where indisunique order by 1")  # fmt: skip
    assert [(table, columns) for table, columns in unique] == [("event", "1"), ("payload_blob", "1"), ("step", "1")]
