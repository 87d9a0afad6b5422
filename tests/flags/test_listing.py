"""The list of flags: pages, filters, and which have probably outlived their purpose."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from studio.flags.models import FlagUsage
from studio.flags.outcomes import Purpose
from studio.flags.service import environments, finding, listing
from studio.flags.service.describing import About
from studio.flags.service.listing import Filters
from studio.flags.service.staleness import LIFE, ONE_SIDED, Stale, Usage, stale
from tests.factories.flags import make_flag, rollout

NOW = datetime(2026, 11, 27, tzinfo=UTC)
days = st.integers(0, 100).map(lambda many: timedelta(days=many))
usages = st.none() | st.builds(Usage, st.integers(0, 2), st.integers(0, 2), days.map(lambda ago: NOW - ago))


@given(st.sampled_from(Purpose), days, days, usages)
def test_a_flag_is_stale_by_its_age_or_by_one_answer_alone_and_some_never_are(purpose, age, quiet, usage):
    found = stale(purpose, NOW - age, NOW - quiet, usage, NOW)
    if purpose not in LIFE:
        assert found is None
    elif age > LIFE[purpose]:
        assert found is Stale.OLD
    else:
        both = usage is None or (usage.yes == 0) == (usage.no == 0)
        long = usage is not None and min(NOW - usage.since, quiet) >= ONE_SIDED
        assert found is (Stale.ONE_SIDED if long and not both else None)


def said_yes(uow, key, place, *, days_ago, times):
    """A program got the same answer, once or more."""
    row = FlagUsage(
        workspace_id=uow.workspace, flag_id=finding.flag(uow, key).id, environment_id=place.id,
        hour=uow.now - timedelta(days=days_ago), application="shop", yes=times, no=0, variants={},
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()


def test_pages_take_as_many_statements_as_one_flag_does_and_filters_narrow_them(app, tenant, database):
    for number in range(7):
        make_flag(app, tenant, f"flag-{number}", on=["production"] if number % 2 else (), strategies=[rollout(30)])
    make_flag(app, tenant, "banner", kind="string", about=About(purpose="kill-switch", description="Shop is closed"))
    statements = []
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        production = finding.environment(uow, "production")
        said_yes(uow, "flag-1", production, days_ago=15, times=4)
        event.listen(database.app, "before_cursor_execute", lambda *told: statements.append(told[2]))
        first, cursor = listing.page(uow, limit=3)
        one_page = len(statements)
        everything, last = listing.page(uow, limit=50)
        assert len(statements) - one_page <= one_page
        rest, end = listing.page(uow, before=cursor, limit=50)
        assert [one.row.key for one in first] == ["banner", "flag-6", "flag-5"]
        assert [one.row.key for one in (*first, *rest)] == [one.row.key for one in everything]
        assert (last, end) == (None, None)
        keys = lambda **wanted: [one.row.key for one in listing.page(uow, Filters(**wanted))[0]]  # noqa: E731 - asked eight times below
        assert keys(state="on", environment="production") == ["flag-5", "flag-3", "flag-1"]
        assert keys(state="on", environment="development") == []
        assert keys(text="CLOSED") == keys(purpose="kill-switch") == keys(kind="string") == ["banner"]
        assert keys(stale=True) == keys(archived=True) == []
        held = everything[-2].held[production.id]
        assert (everything[-2].row.key, held.enabled, held.percent) == ("flag-1", True, 30.0)
        flag = finding.flag(uow, "flag-2")
        flag.created_at = uow.now - timedelta(days=41)
        flag.changed_at = finding.flag(uow, "flag-1").changed_at = uow.now - timedelta(days=15)
        said_yes(uow, "flag-1", production, days_ago=1, times=9)
        assert keys(stale=True) == ["flag-2", "flag-1"]
        assert listing.stale_of(uow) == {flag.id: Stale.OLD, finding.flag(uow, "flag-1").id: Stale.ONE_SIDED}
        assert [one.name for one in environments.listed(uow)] == ["production", "development"]
