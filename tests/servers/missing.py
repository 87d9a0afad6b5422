"""A server that is not installed: skip here, loudly; fail in CI."""

import os
from contextlib import AbstractContextManager, ExitStack
from typing import NoReturn, TypeVar

import pytest

from benchmarks.servers.process import ServerMissing

Server = TypeVar("Server")


def start_or_skip(server: AbstractContextManager[Server], stack: ExitStack) -> Server:
    """Start a server that lives as long as the stack."""
    try:
        return stack.enter_context(server)
    except ServerMissing as error:
        missing(str(error))


def missing(what: str) -> NoReturn:
    """Skip, or fail where nothing may be skipped."""
    if os.environ.get("CI"):
        pytest.fail(f"CI must not skip: {what}")
    pytest.skip(what)
