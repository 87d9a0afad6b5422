"""Log lines carry ids and no secrets."""

import logging
from dataclasses import replace
from uuid import UUID

import orjson
import pytest
import structlog

from studio.core import logs
from studio.core.settings import load


@pytest.fixture
def json_lines(tmp_path):
    before, handlers = structlog.get_config(), logging.getLogger().handlers
    logs.configure(replace(load({"STUDIO_DATA": str(tmp_path)}), json_logs=True))
    yield
    structlog.configure(**before)
    logging.getLogger().handlers = handlers


def only_stderr(capsys):
    printed = capsys.readouterr()
    assert printed.out == ""  # what a command answers stands there, and nothing else
    return printed.err


def test_a_line_is_json_with_its_run_and_without_secrets(json_lines, capsys):
    with structlog.contextvars.bound_contextvars(run_id=str(UUID(int=1))):
        structlog.get_logger().warning("called", headers={"Authorization": "Bearer canary"}, password="canary", count=2)
    line = orjson.loads(only_stderr(capsys))
    assert line["run_id"] == str(UUID(int=1))
    assert (line["event"], line["count"], line["level"]) == ("called", 2, "warning")
    assert "canary" not in str(line)


def test_an_error_keeps_its_traceback_and_not_its_locals(json_lines, capsys):
    hidden = "can" + "ary"
    try:
        int(str(len(hidden)) + "?")
    except ValueError:
        structlog.get_logger().exception("failed")
    line = orjson.loads(only_stderr(capsys))
    assert "ValueError: invalid literal" in line["exception"]
    assert "canary" not in str(line)


def test_what_a_library_warns_of_has_the_same_form(json_lines, capsys):
    with structlog.contextvars.bound_contextvars(run_id="r-1"):
        logging.getLogger("dramatiq.worker").warning("Failed to process %s.", "message 7")
    line = orjson.loads(only_stderr(capsys))
    assert (line["event"], line["level"], line["run_id"]) == ("Failed to process message 7.", "warning", "r-1")
    assert line["logger"] == "dramatiq.worker"


def test_it_is_taken_in_once_however_often_it_is_configured(json_lines, capsys, tmp_path):
    logs.configure(replace(load({"STUDIO_DATA": str(tmp_path)}), json_logs=True))
    logging.getLogger("dramatiq").warning("once")
    assert only_stderr(capsys).count("once") == 1


def test_a_line_names_the_request_under_way_and_none_outside_of_one(json_lines, capsys, tmp_path):
    under_way = ["7f3a", None]
    settings = replace(load({"STUDIO_DATA": str(tmp_path)}), json_logs=True)
    logs.configure(settings, lambda: under_way.pop(0))
    for event in ("inside", "outside"):
        structlog.get_logger().warning(event)
    inside, outside = map(orjson.loads, only_stderr(capsys).splitlines())
    assert inside["request_id"] == "7f3a"
    assert "request_id" not in outside
