"""How people call this program."""

import os
import sys
from pathlib import Path


def called() -> str:
    """What is typed where this process was started: `make` knows its environment's programs, who runs it does not."""
    return os.path.relpath(Path(sys.executable).with_name("studio"))
