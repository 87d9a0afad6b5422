"""The pure rules, on facts that Hypothesis makes up."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from studio.accounts import policy
from studio.accounts.outcomes import Role
from studio.accounts.permissions import REGISTRY, SCOPES, allowed

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
ROLES = st.sampled_from(list(Role))
PIECES = st.sampled_from(
    ["/", "\\", "//", "%2f", "%5c", "%09", "%252f", "\t", " ", "a", "evil.example", ":", "@", "?", "#", "."]
)


@given(st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=20))
def test_a_safe_next_stays_on_the_site_for_every_reader(target):
    safe = policy.safe_next(target)
    if safe is None:
        return
    for reading in (safe, safe.replace("\\", "/"), safe.replace("\t", "")):
        assert urlsplit(urljoin("https://studio.example/sign-in", reading)).netloc == "studio.example"


@given(st.integers(1, 40), st.integers(1, 10))
def test_each_further_failure_waits_at_least_as_long(count, free):
    failures, since, waits = 0, NOW, []
    for _ in range(count):
        lock = policy.after_failure(failures, since, NOW, free)
        failures, since = lock.failures, lock.since
        waits.append(lock.locked_until - NOW if lock.locked_until else timedelta())
    assert waits == sorted(waits)
    assert max(waits) <= policy.LOCK_MAX
    assert all(wait == timedelta() for wait in waits[: free - 1])


@given(st.integers(0, 3 * 86_400), st.integers(0, 2 * 3_600))
def test_a_session_lives_only_within_both_limits(age, idle):
    created = NOW - timedelta(seconds=age)
    alive = policy.session_lives(
        now=NOW,
        seen_at=NOW - timedelta(seconds=idle),
        expires_at=created + policy.SESSION_LIFETIME,
        revoked_at=None,
    )
    assert alive == (age < 86_400 and idle < 3_600)


@given(ROLES, st.none() | ROLES, st.none() | ROLES, st.integers(1, 3))
def test_owners_are_made_and_ended_by_owners_alone_and_one_remains(actor, current, wanted, owners):
    problem = policy.seat_problem(actor=actor, current=current, wanted=wanted, owners=owners)
    if Role.OWNER in (current, wanted) and actor is not Role.OWNER:
        assert problem == "owner_only"
    elif current is Role.OWNER and wanted is not Role.OWNER and owners == 1:
        assert problem == "last_owner"
    else:
        assert problem is None


@given(st.sampled_from(sorted(REGISTRY)), ROLES, st.frozensets(st.sampled_from(SCOPES)))
def test_a_token_never_can_more_than_its_seat(name, role, scopes):
    if allowed(name, role, scopes):
        assert allowed(name, role)


def test_every_owner_permission_is_the_owners():
    assert all(allowed(name, Role.OWNER) for name in REGISTRY)
    assert not any(allowed(name, None) for name in REGISTRY)
