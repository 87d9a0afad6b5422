"""A database of each kind in which nothing is yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'studio.db'}"
        return
    postgres = request.getfixturevalue("postgres")
    urls = postgres.empty_database()
    yield urls.migrate
    postgres.drop(urls)
