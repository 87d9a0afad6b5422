"""The token servers, and somebody who connects to them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from benchmarks.servers import process
from tests.connectors.oauth.desk import Desk
from tests.counterparts.oidc.provider import Faults, Provider, faulty_server, oidc_provider
from tests.servers.missing import start_or_skip


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """One a test process; tests sign in as accounts of their own."""
    with process.scratch("oidc") as folder, ExitStack() as stack:
        yield start_or_skip(oidc_provider(folder, delayMs=150), stack)


@pytest.fixture(scope="session")
def _faults() -> Iterator[Faults]:
    with process.scratch("oauth-faults") as folder, ExitStack() as stack:
        yield start_or_skip(faulty_server(folder), stack)


@pytest.fixture
def faults(_faults: Faults) -> Faults:
    """Give a server whose answers are as they should be, until the test says otherwise."""
    _faults.spoil()
    return _faults


@pytest.fixture
def desk(app, provider: Provider) -> Desk:
    """Give an admin's desk at the certified provider."""
    return Desk(app, provider.inner)


@pytest.fixture
def faulty_desk(app, faults: Faults) -> Desk:
    """Give an admin's desk at the provider with faults."""
    return Desk(app, faults.inner)
