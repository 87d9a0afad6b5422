"""A migration under load (row 38): it gives way to who holds a table, keeps nobody waiting, and comes again."""

import shutil
import threading

import pytest

from benchmarks.stack import PROJECT
from studio.core import migrate
from studio.core.db import open_engine
from tests.faults.conftest import begin, studio
from tests.faults.shop import Shop, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(150)]

EXPAND = """
import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("of_the_test", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("run", "of_the_test")
"""
PATIENT_S = 5.0
"""Longest that a delivery takes meanwhile: one second behind the migration, on a machine that does other things too."""


@pytest.fixture
def release(tmp_path, monkeypatch):
    """Bring the next release: one migration more, of the table that everybody uses."""

    def come():
        head = migrate.newest()
        copied = shutil.copytree(PROJECT / "migrations", tmp_path / "migrations")
        (copied / "versions" / "9000_expand.py").write_text(EXPAND.format(head=head))
        monkeypatch.setattr(migrate, "CONFIG", copied / "alembic.ini")
        assert migrate.newest() == "9000"

    return come


def columns(made):
    engine = open_engine(made.settings.migrate_url)
    try:
        with engine.connect() as connection:
            found = "select 1 from information_schema.columns where table_name = 'run' and column_name = 'of_the_test'"
            return connection.exec_driver_sql(found).all()
    finally:
        engine.dispose()


def test_it_gives_way_and_nobody_waits_behind_it(release):
    with studio("postgresql") as (made, target):
        begin(made)
        release()
        shop, failures = Shop(made, target, "expand"), []
        migration = threading.Thread(target=_upgrade, args=(made.settings, failures))
        with shop.open():
            shop.sells(5)
            with made.postgres.superuser(made.settings.engine_url.rpartition("/")[2]) as somebody:
                with somebody.transaction():
                    somebody.execute("select count(*) from run")  # and thinks about it
                    migration.start()
                    wait_for(lambda: _given_way(made) >= 2)
                    assert not columns(made)
                    shop.sells(10)
                migration.join(60)
            assert not migration.is_alive()
            assert failures == []
            assert columns(made)
            shop.sells(10)
            shop.finishes(10)
        shop.assert_nothing_lost()
        assert {told.status for told in shop.told} == {202}
        assert max(told.took for told in shop.told) < PATIENT_S


def _upgrade(settings, failures):
    try:
        migrate.upgrade(settings)
    except Exception as error:  # noqa: BLE001 - of a thread, so it is told
        failures.append(error)


def _given_way(made):
    return made.postgres.log.read_text(errors="replace").count("canceling statement due to lock timeout")


def test_it_says_so_when_it_gives_up(release, monkeypatch):
    monkeypatch.setattr(migrate, "TRIES", 1)
    with studio("postgresql") as (made, _):
        release()
        with made.postgres.superuser(made.settings.engine_url.rpartition("/")[2]) as somebody, somebody.transaction():
            somebody.execute("select count(*) from run")
            with pytest.raises(migrate.Busy, match="holds a table"):
                migrate.upgrade(made.settings)
        migrate.upgrade(made.settings)
        assert columns(made)
