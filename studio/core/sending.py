"""A form field that holds all that was sent, for forms whose fields nobody can list beforehand."""

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field


class EverythingField(Field):
    """All that was sent, by name."""

    data: MultiDict[str, str]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Keep it."""
        self.process_errors = []
        self.data = MultiDict(formdata or ())
