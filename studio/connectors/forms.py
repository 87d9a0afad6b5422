"""Forms of connections: the fields are the definition's own, so nobody can list them beforehand."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField

from studio.core.errors import FieldProblem
from studio.core.sending import EverythingField


class ConnectForm(FlaskForm):
    """Settings and credentials, by the names of a definition's fields: `settings.base_url`, `credentials.api_key`."""

    sent = EverythingField()
    problems: Sequence[FieldProblem] = ()
    """What is wrong, shown beside its field."""

    def part(self, name: str) -> dict[str, str]:
        """What was sent below `settings` or `credentials`."""
        start = f"{name}."
        return {key[len(start) :]: value for key, value in self.sent.data.items() if key.startswith(start)}

    def text(self, name: str) -> str:
        """One field beside those."""
        return str(self.sent.data.get(name) or "").strip()

    def said(self, path: str) -> str:
        """What is wrong with a field; empty: nothing."""
        return " ".join(one.message for one in self.problems if one.path == path)

    def shown(self, path: str, held: Mapping[str, object] | None = None) -> str:
        """What a field shows: what was sent, else what is kept. Secrets are never shown again."""
        if path in self.sent.data:
            return str(self.sent.data[path])
        return str((held or {}).get(path.partition(".")[2]) or "")


class NameForm(FlaskForm):
    """The name that people read."""

    title = StringField(_l("Name"))
