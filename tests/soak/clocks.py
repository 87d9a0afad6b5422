"""Clocks of processes that can be moved while they run, where there is a C compiler."""

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """One process's wall clock, moved by a number of seconds."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file, self._library = folder / f"{name}.clock", folder / "clock.so"
        self.move(0)

    def move(self, seconds: int) -> None:
        """From now on it is wrong by so much."""
        if not self._file.exists():
            self._file.touch()
        with self._file.open("r+b") as file:  # in place: processes look at these very bytes
            file.write(struct.pack("@l", seconds))

    @property
    def environ(self) -> dict[str, str]:
        """What a process is started with that lives by this clock."""
        return {"LD_PRELOAD": str(self._library), "SOAK_CLOCK": str(self._file)}


def available() -> bool:
    """Whether clocks can be moved here."""
    return shutil.which("cc") is not None


def clocks(folder: Path, names: list[str]) -> dict[str, Clock]:
    """A clock for each name; none where there is no compiler."""
    if not available():
        return {}
    command = ["cc", "-O2", "-shared", "-fPIC", "-nostdlib", "-fno-builtin", "-o", folder / "clock.so", SOURCE]
    subprocess.run(command, check=True)
    return {name: Clock(folder, name) for name in names}
