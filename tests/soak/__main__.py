"""`make soak`: SOAK_SECONDS, SEED, SOAK_STORE and SOAK_RATE say what.

One JSON line goes to standard output; where an invariant broke, what is known goes to standard error, with status 1.
"""

import os
import random
import sys

from tests.soak.running import Wanted, soak

SHOWN = 20


def main() -> int:
    """Run once."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
    seconds = float(os.environ.get("SOAK_SECONDS") or "600")
    store = os.environ.get("SOAK_STORE") or "postgresql"
    wanted = Wanted(seed, seconds, store, rate=float(os.environ.get("SOAK_RATE") or "8"))
    print(f"seed {seed}: {seconds:g} s on {store}; logs in {wanted.artifacts}", file=sys.stderr)
    report = soak(wanted)
    print(report.line())
    if not report.broken:
        return 0
    print(report.logs, file=sys.stderr)
    for broken in report.broken[:SHOWN]:
        print(f"{broken.rule} {broken.about}: {broken.says}", file=sys.stderr)
    print(
        f"{len(report.broken)} broken. Again: make soak SOAK_SECONDS={seconds:g} SEED={seed} SOAK_STORE={store}",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
