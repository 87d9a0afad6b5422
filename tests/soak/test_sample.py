"""A sample of the soak run that a developer waits for."""

import pytest

from benchmarks.servers.process import ServerMissing
from tests.servers.missing import missing
from tests.soak.running import Wanted, soak

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]


def breaks_nothing(wanted):
    """The whole Studio is broken for a while, and all that was promised holds."""
    try:
        report = soak(wanted)
    except ServerMissing as error:
        missing(str(error))
    assert report.broken == [], f"{report.line()}\n{report.logs}"
    assert (report.verdict.lost, report.verdict.duplicates_inside, report.verdict.duplicates_outside) == (0, 0, 0)
    assert report.verdict.unknown_flagged == 1.0
    assert report.accepted > 20
    assert report.kills


def test_nothing_is_lost_or_doubled():
    breaks_nothing(Wanted(seed=7, seconds=40, lease_s=3.0, rate=5.0))


@pytest.mark.slow
@pytest.mark.parametrize(("store", "seconds"), [("postgresql", 60.0), ("sqlite", 40.0)])
def test_nothing_is_lost_or_doubled_for_longer(store, seconds):
    breaks_nothing(Wanted(seed=11, seconds=seconds, store=store, lease_s=3.0, rate=5.0))
