"""What a start takes for the newest revision is what Alembic takes for it."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from studio.core import migrate


def test_the_newest_file_is_alembics_head():
    assert migrate.newest() == ScriptDirectory.from_config(Config(str(migrate.CONFIG))).get_current_head()
