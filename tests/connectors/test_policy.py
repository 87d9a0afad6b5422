"""The status of a connection, over every way through its events."""

from hypothesis import given
from hypothesis import strategies as st

from studio.connectors.outcomes import Event, Status
from studio.connectors.policy import HELD, USABLE, following

EVENTS = st.lists(st.sampled_from(Event), max_size=30)


def walk(events):
    """Each status on the way, with what was true before it: (before, event, after, was_connected)."""
    status, connected = Status.DRAFT, False
    for event in events:
        after = following(status, event, was_connected=connected)
        yield status, event, after, connected
        status = after or status
        connected = connected or (event in (Event.AUTHORIZED, Event.AUTHORIZED_UNFINISHED) and after is not None)


@given(EVENTS)
def test_calls_go_out_only_after_the_provider_took_credentials_and_nothing_took_them_back(events):
    signed_in = False
    for _before, event, after, _connected in walk(events):
        if after is None:
            continue
        if event in (Event.AUTHORIZED, Event.AUTHORIZED_UNFINISHED):
            signed_in = True
        elif event in (Event.LOST, Event.DISCONNECT):
            signed_in = False
        assert signed_in or after not in USABLE


@given(EVENTS)
def test_nothing_comes_back_from_disconnected(events):
    gone = False
    for _before, event, after, _connected in walk(events):
        assert not gone or after is None
        gone = gone or (event is Event.DISCONNECT and after is Status.DISCONNECTED)


@given(EVENTS)
def test_a_sign_in_that_comes_to_nothing_leaves_a_connection_as_usable_as_it_was(events):
    for before, event, after, connected in walk(events):
        if event is Event.GIVE_UP and after is not None:
            assert (after in USABLE) == (before in USABLE)
            if before is Status.PENDING_AUTH:
                assert after is (Status.REAUTH_REQUIRED if connected else Status.DRAFT)


def test_every_status_is_usable_held_or_final():
    assert set(Status) == USABLE | HELD | {Status.DRAFT, Status.DISCONNECTED}
