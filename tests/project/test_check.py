"""`make check` believes no checker that looked at nothing."""

import sys

from scripts.check import Check, run


def says(text: str, status: int = 0) -> list[str]:
    return [sys.executable, "-c", f"print({text!r}); raise SystemExit({status})"]


def test_a_checker_that_looked_at_files_passes() -> None:
    result = run(Check("lint", says("Linted 3 files"), r"Linted (\d+) files"))
    assert (result.passed, result.looked_at) == (True, 3)


def test_a_checker_that_looked_at_nothing_fails() -> None:
    for text in ("Linted 0 files", "All checks passed!"):
        result = run(Check("lint", says(text), r"Linted (\d+) files"))
        assert not result.passed
        assert "no file" in result.note


def test_a_checker_that_complains_fails() -> None:
    assert not run(Check("lint", says("Linted 3 files", 1), r"Linted (\d+) files")).passed


def test_files_can_be_counted_by_a_listing() -> None:
    listing = says("a.py\nnode_modules/b.py\n\nc.py")
    assert run(Check("lint", says("fine"), "", listing=listing)).looked_at == 2


def test_an_unreachable_service_is_said_and_no_failure() -> None:
    unanswered = run(Check("audit", says("nobody answers", 75), r"(\d+) audited", online=True))
    assert (unanswered.passed, unanswered.note) == (True, "NOT RUN: nobody answers")
    assert not run(Check("audit", says("1 audited", 1), r"(\d+) audited", online=True)).passed
