"""A tenant whose audit trail leaves the house."""

from dataclasses import replace

import pytest

from tests.factories.accounts import make_tenant
from tests.factories.exports import SIGNING, ExportHouse


@pytest.fixture
def house(app, database, tmp_path) -> ExportHouse:
    """Give a tenant without pipelines, with a signing secret."""
    made = ExportHouse(app, make_tenant(database), tmp_path / "exports")
    made.secret("signing", SIGNING)
    return made


@pytest.fixture
def siem(house, http_target) -> ExportHouse:
    """Give the same, where the recording server may be called."""
    return replace(house, inner=(f"127.0.0.1:{http_target.port}",))
