"""What is done aside leaves nothing in the process that asked for it."""

import subprocess
import sys
from importlib import import_module

import pytest

from studio.core import aside

HEAVY = ("sqlalchemy", "psycopg", "flask", "structlog")


def test_what_it_imports_does_not_stay(monkeypatch):
    monkeypatch.delitem(sys.modules, "this", raising=False)
    assert aside.run(lambda: import_module("this")) == 0
    assert "this" not in sys.modules


@pytest.mark.parametrize(("work", "status"), [(lambda: sys.exit(2), 2), (lambda: 1 / 0, 1)])
def test_how_it_ended_is_told(work, status):
    assert aside.run(work) == status


@pytest.mark.parametrize("module", ["studio.cli", "studio.worker"])
def test_processes_that_watch_others_hold_no_database_library(module):
    """Some 40 MiB in each of them, for one statement now and then."""
    look = f"import {module}, sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


def test_what_a_start_asks_of_the_database_takes_neither_pages_nor_tables():
    """They would be loaded once more for each web server and each supervisor that starts."""
    asking = "studio.core.engines, studio.core.row_security, studio.core.connecting, studio.first_run"
    look = f"import {asking}, sys; print(*[name for name in ('flask', 'sqlalchemy.orm') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
