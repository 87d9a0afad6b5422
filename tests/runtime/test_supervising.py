"""What the supervisor of worker processes writes of itself."""

import os
import subprocess
import sys

from benchmarks.servers.process import free_port

FREEING = """
from studio import worker
worker.Supervisor.run = lambda self: worker.release("gone", dead=True, status=-9)
worker.supervise(1)
"""


def test_the_databases_password_is_not_logged_where_the_database_is_away(tmp_path):
    url = f"postgresql+psycopg://studio_engine:not-to-be-seen@127.0.0.1:{free_port()}/studio"
    environ = os.environ | {"STUDIO_DATA": str(tmp_path), "STUDIO_ENGINE_DATABASE_URL": url}
    command = [sys.executable, "-c", FREEING]
    done = subprocess.run(command, check=True, env=environ, capture_output=True, text=True, timeout=60)
    assert "leases_not_freed" in done.stderr
    assert "not-to-be-seen" not in done.stderr
