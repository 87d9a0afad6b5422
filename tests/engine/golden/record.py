"""`python -m tests.engine.golden.record`: records the histories that are not there yet.

Every branch of every template, and the workflows of `workflows.py`, run once on a real engine. A file that exists is
never written again: it is what an earlier version decided.
"""

import re
import sys
import tempfile
from functools import partial
from pathlib import Path

import orjson
from sqlalchemy import select

from studio.core import clock, settings
from studio.core.migrate import upgrade
from studio.gallery.loading import templates
from studio.runtime.engine.histories import histories
from studio.runtime.models import Run
from tests.engine.golden.workflows import WORKFLOWS, perform
from tests.factories.accounts import make_tenant
from tests.fixtures.app import close_app, open_app
from tests.gallery.trial import Trial

FOLDER = Path(__file__).parent
_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE


def main() -> None:
    """Record what is missing."""
    for template in templates():
        for check in template.checks:
            name = _slug(f"{template.slug} {check.name}")
            if not _file(name).exists():
                _in_a_studio(name, partial(_branch, template, check))
    for name, workflow in WORKFLOWS.items():
        if not _file(name).exists():
            _in_a_studio(name, partial(perform, workflow))


def _branch(template, check, app, tenant) -> None:
    trial = Trial(app, tenant, template, connected=check.connected)
    trial.publish()
    for event in check.events:
        trial.happen(event)


def _in_a_studio(name: str, act) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = settings.load({"STUDIO_DATA": folder})
        upgrade(made)
        app = open_app(made)
        try:
            tenant = make_tenant(app.extensions["studio_database"])
            act(app, tenant)
            with app.extensions["studio_database"].unit(tenant.id, read_only=True) as unit:
                runs = list(unit.session.scalars(select(Run).order_by(Run.id)))
                found = [history.as_json() for history in histories(unit, runs)]
        finally:
            clock.reset()
            close_app(app)
    _file(name).write_bytes(orjson.dumps(found, option=_OPTIONS))
    sys.stdout.write(f"{name}: {len(found)} runs\n")


def _file(name: str) -> Path:
    return FOLDER / f"{name}.json"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


if __name__ == "__main__":
    main()
