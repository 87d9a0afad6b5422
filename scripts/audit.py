"""Ask whether a pinned package has a known weakness; exit 75 (try later) where nobody answers that question.

The first package is asked about alone: a mirror that knows no advisories is then asked once, not once a package.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TRY_LATER = 75


def main() -> int:
    pins = [line.split()[0] for line in (PROJECT / "requirements/dev.txt").read_text().splitlines() if "==" in line]
    first = audit(pins[:1])
    if not answered(first):
        print(f"nobody answers about {pins[0]}")
        return TRY_LATER
    weak = 0
    found = audit(pins)
    for package in found:
        for weakness in package.get("vulns", []):
            weak += 1
            print(f"{package['name']} {package['version']}: {weakness['id']}, fixed in {weakness['fix_versions']}")
    print(f"{len(answered(found))} packages audited")
    return 1 if weak else 0


def audit(pins: list[str]) -> list[dict]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(pins))
        file.flush()
        options = ["--format=json", "--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=10"]
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", *options, "--requirement", file.name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        return json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        return []


def answered(packages: list[dict]) -> list[dict]:
    return [package for package in packages if "skip_reason" not in package]


if __name__ == "__main__":
    sys.exit(main())
