"""Whoever works on an SQLite file knows whether it is alone; a dead process's share of the lock is gone with it."""

import signal
import subprocess
import sys

from studio.core.presence import Presence

OTHER = """
import sys, time
from pathlib import Path
from studio.core.presence import Presence
print(Presence(Path(sys.argv[1])).enter(lambda: None), flush=True)
sys.stdin.read()
"""


def test_the_first_is_alone_and_the_second_is_not(tmp_path):
    ran = []
    first, second = Presence(tmp_path / "studio.db"), Presence(tmp_path / "studio.db")
    assert first.enter(lambda: ran.append("first"))
    assert not second.enter(lambda: ran.append("second"))
    assert ran == ["first"]
    first.leave()
    assert not Presence(tmp_path / "studio.db").enter(lambda: ran.append("third")), "the second is still there"
    second.leave()


def test_a_process_that_was_killed_is_not_there_any_more(tmp_path):
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER, tmp_path / "studio.db"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline().strip() == "True"
    here = Presence(tmp_path / "studio.db")
    assert not here.enter(lambda: None)
    here.leave()
    other.send_signal(signal.SIGKILL)
    other.communicate()
    assert here.enter(lambda: None)
    here.leave()


def test_where_nothing_can_be_locked_nobody_counts_as_alone(tmp_path):
    assert not Presence(tmp_path / "nowhere" / "studio.db").enter(lambda: None)
