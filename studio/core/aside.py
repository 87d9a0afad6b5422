"""Work whose imports must not stay in a process that only watches others.

SQLAlchemy with its driver holds some 40 MiB once it is imported; the parent of a web server's processes and the
supervisor of workers need it for one statement at a time.
"""

import multiprocessing
from collections.abc import Callable


def run(work: Callable[[], None]) -> int:
    """Do it in a fork of this process, wait for its end, and return its exit status. Not where threads run."""
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
    status: int = process.exitcode or 0
    process.close()
    return status
