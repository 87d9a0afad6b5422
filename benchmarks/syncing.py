"""One worker process that syncs, so that its memory can be measured: `python -m benchmarks.syncing`.

It is what `studio worker` starts, but for its threads: it reads what is due until nothing is, by the settings in its
environ, and prints the seconds that took, those of its processor, and the most memory that it had after any of its
turns of five seconds, as JSON.
"""

import json
import os
import time
from typing import cast

from benchmarks import memory
from studio.core import heap, settings


def main() -> None:
    """Read everything, and say what it took."""
    heap.load()
    from benchmarks import orders  # noqa: PLC0415 - a worker's heap comes before all else, see studio.worker
    from studio.core import logs  # noqa: PLC0415 - see above
    from studio.joining import headless  # noqa: PLC0415 - see above

    configured = settings.load()
    logs.configure(configured)
    orders.install()
    engine = headless(configured)
    heap.settle()
    cpu_before, began, total, most = time.process_time(), time.perf_counter(), 0, 0.0
    while taken := cast("int", engine.drains["syncs"]()):
        total, most = total + taken, max(most, memory.resident_mib([os.getpid()]))
    took, cpu_s = time.perf_counter() - began, time.process_time() - cpu_before
    print(json.dumps({"read": total, "took_s": took, "cpu_s": cpu_s, "rss_mib": most}))


if __name__ == "__main__":
    main()
