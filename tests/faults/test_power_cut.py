"""The power goes under load (row 24): what was acknowledged is there, whatever else was under way."""

import shutil
import signal
from contextlib import closing
from dataclasses import replace

import pytest

from studio.core.db import sqlite_driver
from tests.faults.conftest import begin, studio
from tests.faults.shop import READY, Shop, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(150)]


def test_sqlite_files_as_they_were_at_the_moment_hold_what_was_acknowledged():
    """Everything dies at once; what a disk would hold then is copied and opened elsewhere, with its log."""
    with studio("sqlite") as (made, target):
        begin(made)
        shop = Shop(made, target, "cut")
        with shop.open(senders=4):
            shop.sells(40)
            shop.finishes(5)
            taken = shop.taken()
            made.kill_one("studio")
            database = made.settings.sqlite_path
            assert database.with_name(f"{database.name}-wal").stat().st_size, "there was nothing left to recover"
            copy = database.with_name("copy")
            copy.mkdir()
            for part in (
                database,
                database.with_name(f"{database.name}-wal"),
            ):  # without -shm, which is no file on disk
                shutil.copy(part, copy)
            with closing(sqlite_driver().connect(copy / database.name)) as opened:
                assert opened.execute("pragma integrity_check").fetchall() == [("ok",)]
                kept = {run_id for (run_id,) in opened.execute("select id from run")}
            assert {run_id.replace("-", "") for run_id in taken.values()} <= kept
            _move_to(made, f"sqlite:///{copy / database.name}")
            begin(made)
            shop.sells(5)
        shop.assert_nothing_lost(broken=True)


def _move_to(made, url):
    made.environ["STUDIO_DATABASE_URL"] = url
    made.settings = replace(made.settings, database_url=url, engine_url=url, migrate_url=url)


def test_postgresql_that_ends_in_the_middle_of_everything_keeps_what_was_acknowledged():
    with studio("postgresql") as (made, target):
        begin(made)
        shop = Shop(made, target, "cut")
        with made.postgres.superuser() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                assert connection.execute(f"show {setting}").fetchone() == ("on",)
        with shop.open(senders=4):
            for _ in range(2):
                shop.sells(20)
                made.postgres.stop(signal.SIGQUIT)  # no checkpoint, no goodbye: the start replays the log
                made.postgres.start()
                wait_for(lambda: shop.ready() == READY)
            shop.sells(5)
        shop.assert_nothing_lost(timeout=80)
