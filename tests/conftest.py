"""Fixtures that every test may ask for; servers start once a run, at the first test that asks."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks import stack
from benchmarks.servers import kept, process
from benchmarks.servers.postgres import PostgresServer, PostgresUrls, postgres_server
from benchmarks.servers.redis import RedisServer, redis_server
from benchmarks.servers.schema import upgrade
from studio.core import heap
from tests.fixtures.app import app, database, mailer, store, store_settings
from tests.fixtures.shop import shop
from tests.fixtures.spreading import ByFileAndStore, longest_first, names_none
from tests.servers import loaded
from tests.servers.browser import chromium as run_chromium
from tests.servers.browser import flawless_page, new_context
from tests.servers.http_target import HttpTarget
from tests.servers.http_target import http_target as run_http_target
from tests.servers.missing import start_or_skip
from tests.servers.smtp import SmtpServer
from tests.servers.smtp import smtp_server as run_smtp_server

__all__ = ["app", "database", "mailer", "shop", "store", "store_settings"]  # fixtures, by being imported

# CI must give the same answer twice; a developer's machine may go looking for new examples.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_configure(config: pytest.Config) -> None:
    """Let all processes of this run, and those that they start, copy the same migrated databases.

    Each process of tests loads Studio once for all that it starts.
    """
    opened = ExitStack()
    config.add_cleanup(opened.close)
    stack.starting = loaded.Starting(opened)
    if not hasattr(config, "workerinput"):
        os.environ[kept.FOLDER] = str(opened.enter_context(process.scratch("kept", place=process.memory())))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave unread what holds nothing that is wanted."""
    return names_none(collection_path, config.getoption("markexpr")) or None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFileAndStore | None:
    """Where whole files are given out, give those of each store out by themselves."""
    return ByFileAndStore(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass by what stays until the end, and look less often: as serving processes do."""
    heap.settle()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL cluster a test process (so one for each worker of xdist)."""
    with ExitStack() as opened:
        yield start_or_skip(postgres_server(), opened)


@pytest.fixture(scope="module")
def postgres_urls(postgres: PostgresServer) -> Iterator[PostgresUrls]:
    """Give the module a migrated database, as studio_migrate, studio_app and studio_engine."""
    urls = postgres.new_database()
    yield urls
    postgres.drop(urls)


@pytest.fixture(scope="session")
def _migrated_sqlite_file() -> Iterator[Path]:
    with process.scratch("sqlite", place=process.memory()) as folder:
        file = folder / "template" / "studio.db"
        file.parent.mkdir()
        upgrade(f"sqlite:///{file}")
        yield file


@pytest.fixture(scope="session")
def new_sqlite_file(_migrated_sqlite_file: Path) -> Callable[[], Path]:
    """Make migrated SQLite files, each a copy of the first in a folder of its own."""
    numbers = count(1)

    def copy() -> Path:
        folder = _migrated_sqlite_file.parent.with_name(str(next(numbers)))
        shutil.copytree(_migrated_sqlite_file.parent, folder)
        return folder / _migrated_sqlite_file.name

    return copy


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """One Redis server a test process."""
    with ExitStack() as opened:
        yield start_or_skip(redis_server(), opened)


@pytest.fixture
def redis_url(redis: RedisServer) -> str:
    """Address of an empty Redis server."""
    redis.flush()
    return redis.url


@pytest.fixture(scope="session")
def _smtp_server() -> Iterator[SmtpServer]:
    with run_smtp_server() as server:
        yield server


@pytest.fixture
def smtp(_smtp_server: SmtpServer) -> SmtpServer:
    """Give a mail server that has received nothing yet."""
    _smtp_server.clear()
    return _smtp_server


@pytest.fixture
def http_target() -> Iterator[HttpTarget]:
    """Give a server on 127.0.0.1 that records requests; nothing late from another test."""
    with run_http_target() as target:
        yield target


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser a test process."""
    with ExitStack() as opened:
        yield start_or_skip(run_chromium(), opened)


@pytest.fixture
def browser_context(chromium: Browser) -> Iterator[BrowserContext]:
    """Give a profile with no cookies."""
    with new_context(chromium) as context:
        yield context


@pytest.fixture
def page(browser_context: BrowserContext) -> Iterator[Page]:
    """Give a page whose uncaught script errors fail the test."""
    with flawless_page(browser_context) as opened:
        yield opened
