"""Frames of syslog, by the grammar of RFC 5424 and the counting of RFC 6587."""

import json
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from studio.export.exporters.syslog import Syslog, SyslogSettings
from tests.factories.exports import export_record

_FRAME = re.compile(
    rb"<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([!-~]{1,255}) ([!-~]{1,48}) - ([!-~]{1,32}) "
    rb'((?:\[[!-~]{1,32}(?: [!-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*\])+) (.*)', re.DOTALL
)  # fmt: skip


@given(
    st.lists(st.text(max_size=60), min_size=1, max_size=5),
    st.text(max_size=50),
    st.sampled_from(["info", "notice", "warning", "critical"]),
    st.integers(1, 1 << 53),
)
def test_whatever_is_told_frames_are_counted_and_escaped(texts, action, severity, seq):
    exporter = Syslog(SyslogSettings(endpoint="logs.example.com"))
    records = [replace(export_record(seq, severity, text=text), action=action) for text in texts]
    stream, read = b"".join(map(exporter.encode, records)), []
    while stream:
        length, _space, rest = stream.partition(b" ")
        frame, stream = rest[: int(length)], rest[int(length) :]
        found = _FRAME.fullmatch(frame)
        assert found, frame
        assert int(found[1]) // 8 == 13
        assert found[7].startswith(b"\xef\xbb\xbf")
        read.append(json.loads(found[7][3:])["text"])
    assert read == texts


def test_a_server_that_stumbles_over_the_mark_of_utf_8_is_spared_it():
    exporter = Syslog(SyslogSettings(endpoint="logs.example.com", utf8_bom=False, facility="local7"))
    assert b"\xef\xbb\xbf" not in exporter.encode(export_record())
    assert exporter.encode(export_record(severity="critical")).split(b" ")[1].startswith(b"<186>1")
