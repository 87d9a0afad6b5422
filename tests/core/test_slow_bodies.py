"""Bodies that come slowly or not whole. With a real server and real senders: tests/faults/test_bad_input.py."""

import io
import threading

import pytest

from studio.core.errors import Unavailable
from studio.core.slow_bodies import Incomplete, SlowBodies


class Stuck:
    """A body that does not come."""

    def __init__(self):
        self.let_go, self.begun = threading.Event(), threading.Event()

    def read(self, size=None):
        self.begun.set()
        assert self.let_go.wait(20)
        return b""


def reads(environ, _start_response):
    return [environ["wsgi.input"].read(100)]


def ask(app, body, length):
    return app({"wsgi.input": body, "CONTENT_LENGTH": length}, None)


@pytest.mark.parametrize("length", ["5", "", "0"])
def test_a_whole_body_is_read_as_it_is(length):
    app = SlowBodies(reads, 1)
    assert ask(app, io.BytesIO(b"hello"), length) == [b"hello"]


def test_a_body_that_ends_too_soon_is_refused():
    with pytest.raises(Incomplete):
        ask(SlowBodies(reads, 1), io.BytesIO(b"hell"), "5")


def test_pieces_are_put_together_and_counted():
    class Pieces(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(2, size))

    assert ask(SlowBodies(reads, 1), Pieces(b"hello"), "5") == [b"hello"]
    lines = SlowBodies(lambda environ, _start: environ["wsgi.input"].readlines(), 1)
    assert ask(lines, io.BytesIO(b"a\nb"), "3") == [b"a\n", b"b"]


def _is_left(app, body):
    with pytest.raises(Incomplete):
        ask(app, body, "100")


def test_only_so_many_may_be_slow_at_once():
    app, stuck = SlowBodies(reads, 1), Stuck()
    thread = threading.Thread(target=_is_left, args=(app, stuck))
    thread.start()
    assert stuck.begun.wait(20)
    with pytest.raises(Unavailable):
        ask(app, io.BytesIO(b"hello"), "5")
    stuck.let_go.set()
    thread.join(20)
    assert ask(app, io.BytesIO(b"hello"), "5") == [b"hello"]
