"""A web server that is told to stop: balancers hear of it first, and what comes meanwhile is taken."""

import signal

import pytest

from tests.faults.conftest import begin, studio
from tests.faults.shop import READY, Shop, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(120)]


def test_it_says_that_it_is_not_ready_serves_on_and_then_ends():
    with studio("sqlite", STUDIO_DRAIN_SECONDS="4") as (made, target):
        begin(made)
        shop = Shop(made, target, "drained")
        wait_for(lambda: shop.ready() == READY)
        server = made.processes.pop("studio")
        server.send_signal(signal.SIGTERM)
        wait_for(lambda: shop.ready() == (503, "draining", {"process"}), 3)
        assert shop.deliver("drained-1")
        assert server.poll() is None
        assert server.wait(timeout=30) == 0
        begin(made)
        shop.assert_nothing_lost()
