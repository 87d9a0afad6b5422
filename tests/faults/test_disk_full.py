"""The disk is full (row 22): what would be written is refused, what is read goes on, and all resumes by itself."""

import shutil
import subprocess
from contextlib import contextmanager

import pytest

from benchmarks.servers import process
from tests.faults.conftest import begin, studio
from tests.faults.shop import Shop, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(200)]


@contextmanager
def small_disk(size, user=None):
    """A file system of its own, as small as that. Needs the right to mount one."""
    with process.scratch("disk") as folder:
        mount = shutil.which("mount")
        made = mount and subprocess.run(
            [mount, "-t", "tmpfs", "-o", f"size={size}", "studio-test", folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if not made or made.returncode:
            pytest.skip(f"no small file system can be mounted here: {made.stderr if made else 'mount is missing'}")
        try:
            if user:
                shutil.chown(folder, user)
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(folder):
    """Nothing more goes onto that disk while the block runs."""
    ballast = folder / "ballast"
    _fill(ballast)
    try:
        yield lambda: _fill(ballast)
    finally:
        ballast.unlink()


def _fill(ballast):
    with ballast.open("ab", buffering=0) as file:
        try:
            while file.write(bytes(65_536)):
                pass
        except OSError:
            return


def full_and_free_again(shop, disk):
    with shop.open():
        shop.sells(10)
        shop.finishes(5)
        with filled(disk) as fill_up:
            before = len(shop.told)
            wait_for(lambda: fill_up() or shop.refused_since(before), timeout=40)
            told = next(told for told in shop.told[before:] if told.status == 503)
            assert told.retry_after
            assert shop.get("/livez").status_code == 200
            assert shop.get("/sign-in").status_code == 200
        shop.sells(10, timeout=60)
        shop.finishes(10, timeout=60)
    shop.assert_nothing_lost(timeout=80)


def test_sqlite():
    with (
        small_disk("24m") as disk,
        studio("sqlite", STUDIO_DATABASE_URL=f"sqlite:///{disk / 'studio.db'}") as (made, target),
    ):
        begin(made)
        full_and_free_again(Shop(made, target, "full"), disk)
        assert made.processes["studio"].poll() is None


def test_postgresql():
    """Its tables have the small disk; where its log of writes finds no room, PostgreSQL itself stops (row 16)."""
    with (
        small_disk("96m", process.service_user("postgres")) as disk,
        studio("postgresql", tables=disk) as (made, target),
    ):
        begin(made)
        full_and_free_again(Shop(made, target, "full"), disk)
