"""Log lines carry ids and no secrets."""

from dataclasses import replace
from uuid import UUID

import orjson
import pytest
import structlog

from studio.core import logs
from studio.core.settings import load


@pytest.fixture
def json_lines(tmp_path):
    before = structlog.get_config()
    logs.configure(replace(load({"STUDIO_DATA": str(tmp_path)}), json_logs=True))
    yield
    structlog.configure(**before)


def test_a_line_is_json_with_its_run_and_without_secrets(json_lines, capsys):
    with logs.bound_run(UUID(int=1)):
        structlog.get_logger().warning("called", headers={"Authorization": "Bearer canary"}, password="canary", count=2)
    line = orjson.loads(capsys.readouterr().out)
    assert line["run_id"] == str(UUID(int=1))
    assert (line["event"], line["count"], line["level"]) == ("called", 2, "warning")
    assert "canary" not in str(line)


def test_an_error_keeps_its_traceback_and_not_its_locals(json_lines, capsys):
    hidden = "can" + "ary"
    try:
        int(str(len(hidden)) + "?")
    except ValueError:
        structlog.get_logger().exception("failed")
    line = orjson.loads(capsys.readouterr().out)
    assert "ValueError: invalid literal" in line["exception"]
    assert "canary" not in str(line)
