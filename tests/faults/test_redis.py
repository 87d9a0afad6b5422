"""Redis restarted, emptied, away, stalled and full: deliveries are taken, work goes on, nothing is lost."""

import os
import signal
import time

import pytest
from redis import Redis

from tests.faults.shop import READY, wait_for
from tests.faults.test_kill import children

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(120)]

AWAY_S, REDISPATCH_S = 20.0, 10.0
EASY_S = 0.2
"""Between two orders of a sender: ten a second. A slow machine follows that too, so being behind has one cause."""
DEGRADED = (200, "degraded", {"redis"})


@pytest.fixture
def redis(running):
    """The server that Studio uses."""
    return running[0].redis


def test_restarted(shop, redis):
    with shop.open():
        shop.sells(5)
        redis.stop(signal.SIGKILL)
        redis.start()
        shop.sells(10)
        shop.finishes(5)
        wait_for(lambda: shop.ready() == READY)
    shop.assert_nothing_lost()


def test_emptied_while_hints_lie_in_it(shop, running, redis):
    made, _ = running
    workers = children(made.processes["worker"].pid)
    with shop.open():
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        try:
            shop.sells(10)
            with Redis.from_url(redis.url) as client:
                wait_for(client.dbsize)
            redis.flush()
        finally:
            for worker in workers:
                os.kill(worker, signal.SIGCONT)
        shop.finishes(10, timeout=REDISPATCH_S)
    shop.assert_nothing_lost()


def test_away_for_a_while(shop, redis):
    with shop.open():
        shop.sells(5)
        redis.stop(signal.SIGKILL)
        try:
            wait_for(lambda: shop.ready() == DEGRADED)
            shop.sells(20)
            shop.finishes(20)
            assert shop.ready() == DEGRADED
        finally:
            redis.start()
        wait_for(lambda: shop.ready() == READY)
        shop.sells(5)
        shop.finishes(5)
    shop.assert_nothing_lost()


def test_away_for_long_under_load(shop, redis):
    """What was taken without it is soon done, and it is used again as soon as it is back."""
    with shop.open(pause=EASY_S):
        redis.stop(signal.SIGKILL)
        until = time.monotonic() + AWAY_S
        try:
            while time.monotonic() < until:
                shop.sells(10)
        finally:
            redis.start()
        taken = len(shop.taken())
        wait_for(lambda: shop.succeeded() >= taken, timeout=REDISPATCH_S)
        wait_for(lambda: shop.ready() == READY, timeout=REDISPATCH_S)
    shop.assert_nothing_lost()


def test_stalled(shop, redis):
    with shop.open():
        shop.sells(5)
        with redis.stalled():
            wait_for(lambda: shop.ready() == DEGRADED)
            shop.sells(20)
            shop.finishes(20)
            assert shop.get("/sign-in").status_code == 200
        wait_for(lambda: shop.ready() == READY)
        shop.sells(5)
        shop.finishes(5)
    shop.assert_nothing_lost()


def test_out_of_memory(shop, redis):
    with shop.open():
        shop.sells(5)
        with redis.full():
            shop.sells(20)
            shop.finishes(20)
        shop.sells(5)
        shop.finishes(5)
    shop.assert_nothing_lost()
