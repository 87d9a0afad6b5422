"""Bring a database to a revision, by the same command that an operator uses."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def upgrade(url: str, revision: str = "head") -> None:
    alembic(url, "upgrade", revision)


def downgrade(url: str, revision: str = "base") -> None:
    alembic(url, "downgrade", revision)


def alembic(url: str, *arguments: str) -> str:
    """Run Alembic in a process of its own: its logging set-up stays out of ours."""
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "-c", "migrations/alembic.ini", *arguments],
        cwd=PROJECT,
        env=os.environ | {"STUDIO_MIGRATE_DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        message = f"alembic {' '.join(arguments)} failed\n{done.stdout}{done.stderr}"
        raise RuntimeError(message)
    return done.stdout
