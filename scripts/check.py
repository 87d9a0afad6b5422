"""Run every checker, say what each looked at, and fail if one fails or looked at nothing.

A linter whose file pattern matches nothing reports success for ever; so each has to name its number of files.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
TRY_LATER = 75
"""Exit status of a checker whose service does not answer."""


@dataclass(frozen=True)
class Check:
    """One checker: its command, and how its files are counted."""

    name: str
    command: Sequence[str]
    counted: str
    """A pattern whose first group is the number of files in the command's output."""
    listing: Sequence[str] = ()
    """Or a command that prints one file a line."""
    online: bool = False
    """Asks a service; where that cannot be reached the check says so and does not fail."""


@dataclass(frozen=True)
class Result:
    """What came of one check."""

    name: str
    passed: bool
    looked_at: int
    seconds: float
    note: str = ""


CHECKS = [
    Check("ruff check", ["ruff", "check"], "", listing=["ruff", "check", "--show-files"]),
    Check("ruff format", ["ruff", "format", "--check"], r"(\d+) files? (?:already|would)"),
    Check("mypy", ["mypy"], r"(?:in|checked) (\d+) source files?"),
    Check("import-linter", ["lint-imports", "--no-logo"], r"Analyzed (\d+) files"),
    # djlint lints only: its formatter rewrites every template, and nobody has looked at the pages after it yet.
    Check("djlint", ["djlint", "studio/templates", "--lint"], r"Linted (\d+) files?"),
    Check("front end", ["npm", "run", "--silent", "check"], r"Checked (\d+) files"),
    Check("tsc", ["node_modules/.bin/tsc", "--noEmit"], "", listing=["node_modules/.bin/tsc", "--listFilesOnly"]),
    Check("migrations", ["pytest", "--quiet", "tests/migrations"], r"(\d+) passed"),
    Check("pip-audit", ["python", "scripts/audit.py"], r"(\d+) packages audited", online=True),
]


def main() -> int:
    results = [run(check) for check in CHECKS]
    print("\n" + "\n".join(map(describe, results)))
    return 0 if all(result.passed for result in results) else 1


def run(check: Check) -> Result:
    print(f"--- {check.name}", flush=True)
    begun = time.monotonic()
    status, output = call(check.command)
    result = Result(check.name, status == 0, count(check, output), time.monotonic() - begun)
    if check.online and status == TRY_LATER:
        return replace(result, passed=True, note=f"NOT RUN: {last_line(output)}")
    print(output.rstrip() if status != 0 else last_line(output), flush=True)
    if result.looked_at == 0:
        return replace(result, passed=False, note="it looked at no file")
    return result


def call(command: Sequence[str]) -> tuple[int, str]:
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def count(check: Check, output: str) -> int:
    if check.listing:
        _, listed = call(check.listing)
        return sum(1 for line in listed.splitlines() if line.strip() and "node_modules" not in line)
    return sum(int(number) for number in re.findall(check.counted, output))


def last_line(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if line.strip()), "")


def describe(result: Result) -> str:
    verdict = "ok    " if result.passed else "FAILED"
    return f"{verdict} {result.name:14} {result.looked_at:5} looked at {result.seconds:6.1f} s  {result.note}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
