"""A process that makes the packs that are due, until none is: `python -m tests.faults.evidence_worker`."""

from benchmarks import seeding
from studio.core import settings
from studio.oversight.evidence.making import Making


def main() -> None:
    with seeding.application(settings.load()) as app:
        making = Making(app.extensions["studio_database"], app.extensions["studio_keyring"])
        while making.drain():
            pass


if __name__ == "__main__":
    main()
