"""What each kind of process loads: a worker nothing that only pages need, and yet all that its work needs."""

import json
import os
import subprocess
import sys
from functools import cache

import pytest

SHOWN = ("flask_login", "flask_wtf", "flask_limiter", "wtforms")
"""Libraries of pages and forms."""
SHOWING = (
    "studio.api.v1",
    "studio.builder.service",
    "studio.console.views",
    "studio.gallery.service",
    "studio.portal.views",
)
CALLING = ("requests", "urllib3", "charset_normalizer")
"""What a call to another system needs."""
COMPUTING = ("cel_expr_python", "google.protobuf")
"""The engine of expressions: it comes with the first one."""
MATCHING = ("re2",)
"""The engine of patterns that people write: it comes with the first one."""
ASKED_RARELY = ("email_validator", "segno")
"""What checks an address that somebody types, and what draws the square of an authenticator's secret."""
GREEN = ("greenlet",)
"""What structlog and SQLAlchemy load for programs that are not made of threads."""
DRAWING = ("rich", "pygments")
"""What structlog draws tracebacks with where a developer has it installed."""
BUILT_LATE = (
    "studio.api.v1.reading", "studio.audit.", "studio.builder.views.", "studio.export.processors.", "studio.gallery.",
    "studio.guard.", "studio.runtime.document.",
)  # fmt: skip
"""Where pydantic's models are many, and few of them are used on a day."""
LOOK = """
import json, sys
from studio.core import heap
heap.load()
from studio.core import logs, outbox, settings
logs.configure(settings.load())
from {module} import {role}
made = {role}(settings.load())
from pydantic import BaseModel
from sqlalchemy.orm import configure_mappers
from studio.contract import node
from studio.core.db import Base
configure_mappers()
engine = made.extensions["studio_engine"] if "{role}" == "create_app" else made
models = lambda base: [found for one in base.__subclasses__() for found in (one, *models(one))]
named = lambda all: [getattr(one, "__qualname__", type(one).__name__) for one in all]
print(json.dumps({{
    "built": sorted({{one.__module__ for one in models(BaseModel) if vars(one).get("__pydantic_complete__")}}),
    "loaded": [name for name, module in sys.modules.items() if module is not None],
    "work": {{
        "tables": sorted(table.name for table in Base.metadata.sorted_tables),
        "topics": sorted([*outbox._inside, *outbox._outside]),
        "nodes": sorted(node.registry),
        "drains": sorted(engine.drains),
        "chores": named(engine.chores),
        "prompt chores": named(engine.prompt_chores),
        "retention": named([*engine.retention.of_all, *engine.retention.of_workspaces]),
        "withdrawn": sorted(engine.endings.withdraw),
    }},
}}))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    @cache
    def look(module, role):
        done = subprocess.run(
            [sys.executable, "-c", LOOK.format(module=module, role=role)],
            env=os.environ | {"STUDIO_DATA": str(tmp_path_factory.mktemp(role))},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return {"worker": lambda: look("studio.joining", "headless"), "web": lambda: look("studio.app", "create_app")}


@pytest.mark.parametrize(
    ("process", "absent"),
    [
        ("worker", (*SHOWN, *SHOWING, *CALLING, *COMPUTING, *MATCHING, *ASKED_RARELY, *DRAWING, *GREEN)),
        ("web", (*CALLING, *COMPUTING, *MATCHING, *ASKED_RARELY, *DRAWING, *GREEN)),
    ],
)
def test_a_process_holds_nothing_that_it_may_never_need(loaded, process, absent):
    assert sorted(set(absent) & set(loaded[process]()["loaded"])) == []


def test_what_a_worker_does_without_is_what_a_web_process_shows(loaded):
    """So the names above are names that are really loaded somewhere."""
    assert {*SHOWN, *SHOWING} <= set(loaded["web"]()["loaded"])


def test_a_worker_does_all_the_work_that_the_whole_app_does(loaded):
    worker, whole = loaded["worker"]()["work"], loaded["web"]()["work"]
    assert worker == whole
    assert all(worker.values())


@pytest.mark.parametrize("process", ["worker", "web"])
def test_what_checks_bodies_documents_and_facts_is_built_at_its_first_use(loaded, process):
    early = [module for module in loaded[process]()["built"] if module.startswith(BUILT_LATE)]
    assert early == []
