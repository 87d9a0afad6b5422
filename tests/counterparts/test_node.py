"""The servers of others start, and end with who started them."""

from pathlib import Path

import pytest
import requests

from benchmarks.servers import process
from tests.counterparts.node import HERE, node_server
from tests.project.source import PROJECT

pytestmark = pytest.mark.slow

ISSUER = """
import { OAuth2Server } from "oauth2-mock-server";
const { port } = JSON.parse(process.argv[2]);
const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
await server.start(port, "127.0.0.1");
"""


def test_a_script_with_the_packages_of_this_folder_answers_and_ends(tmp_path: Path) -> None:
    script = HERE / "node_modules" / ".test_node.mjs"
    script.write_text(ISSUER)
    try:
        with node_server(script, tmp_path) as port:
            found = requests.get(f"http://127.0.0.1:{port}/.well-known/openid-configuration", timeout=5)
            assert found.json()["token_endpoint"]
        assert not process.accepts(port)
    finally:
        script.unlink()


def test_the_app_needs_none_of_them() -> None:
    for name in ("package.json", "package-lock.json"):
        listed = (PROJECT / name).read_text()
        assert [package for package in ("vendure", "oidc-provider", "oauth2-mock-server") if package in listed] == []
