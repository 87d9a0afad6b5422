"""The document: what is read, and how what is wrong is told."""

import pytest

from studio.core.errors import InvalidInput
from studio.export import components
from studio.export.pipelines import document

components.load_all()

GOOD = """
receivers:
  audit: {start: beginning}
exporters:
  webhook/siem:
    endpoint: https://siem.example.com/events
    secret: ${secret:signing}
    timeout: 5s
  file:
service:
  pipelines:
    logs/all: {receivers: [audit], exporters: [webhook/siem, file]}
"""


PIPELINE = "service.pipelines.logs/all"


def test_one_pipeline_fans_out_to_its_exporters():
    found = document.read(GOOD)
    pipeline = found.pipelines["logs/all"]
    assert list(pipeline.exporters) == ["webhook/siem", "file"]
    assert pipeline.from_beginning
    assert pipeline.exporters["webhook/siem"].config.timeout == 5
    assert pipeline.exporters["webhook/siem"].config.secret == "signing"


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ("exporters: [webhook/siem, file]", "exporters: [kafka]", f"{PIPELINE}.exporters.0", "not_defined"),
        ("exporters: [webhook/siem, file]", "exporters: [file, file]", f"{PIPELINE}.exporters.1", "twice"),
        ("exporters:\n", "processors:\n  frob/x: {}\nexporters:\n", "processors.frob/x", "unknown_processor"),
        ("  file:\n", "  kafka: {}\n", "exporters.kafka", "unknown_exporter"),
        ("  audit:", "  syslog:", "receivers.syslog", "unknown_receiver"),
        ("${secret:signing}", "whsec_c2VjcmV0", "exporters.webhook/siem.secret", "secret_literal"),
        ("timeout: 5s", "timeout: 5", "exporters.webhook/siem.timeout", "duration"),
        ("timeout: 5s", "timeout: 5h", "exporters.webhook/siem.timeout", "less_than_equal"),
        ("timeout: 5s", "colour: red", "exporters.webhook/siem.colour", "extra_forbidden"),
        ("https://siem.example.com/events", "https://a:b@x.example", "exporters.webhook/siem.endpoint", "bad_address"),
        ("https://siem.example.com/events", "siem.example.com", "exporters.webhook/siem.endpoint", "bad_address"),
        ("  file:\n", "  file: {name: ../etc/passwd}\n", "exporters.file.name", "bad_name"),
        ("logs/all:", "metrics/all:", "service.pipelines.metrics/all", "bad_name"),
        ("start: beginning", "start: 1970", "receivers.audit.start", "literal_error"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_and_code(old, new, path, code):
    assert old in GOOD
    with pytest.raises(InvalidInput) as refused:
        document.read(GOOD.replace(old, new))
    told = {(problem.path, problem.code) for problem in refused.value.problems}
    assert (path, f"export.{code}") in told
    assert refused.value.code.startswith("export.")


@pytest.mark.parametrize(
    "text",
    ["", "[1, 2]", "a: [", "a: &x [1]\nb: *x", "a: 1\na: 2", "a: !!python/object:os.system {}", "[" * 5_000,
     "x" * 70_000, "1: 2", "exporters: 7", "\0"],
)  # fmt: skip
def test_what_is_no_such_document_is_refused_whatever_it_is(text):
    with pytest.raises(InvalidInput) as refused:
        document.read(text)
    assert refused.value.problems


def test_a_secret_that_was_written_out_is_not_repeated():
    with pytest.raises(InvalidInput) as refused:
        document.read(GOOD.replace("${secret:signing}", "CANARY-5f2b"))
    assert "CANARY" not in str(refused.value.problems)
