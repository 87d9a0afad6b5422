"""Addresses of what the front end's build has made."""

import json
from pathlib import Path

from flask import Flask
from markupsafe import Markup

from studio.core.errors import Unavailable
from studio.core.i18n import gettext as _

MANIFEST = "manifest.json"
MESSAGES = "messages.json"


def init_app(app: Flask) -> None:
    """Give templates `asset('studio.css')` and `icon('home')`."""
    manifest = Manifest(Path(app.static_folder or "static") / "dist", reload=app.debug)
    app.jinja_env.globals["asset"] = manifest.url
    app.jinja_env.globals["icon"] = manifest.icon
    app.jinja_env.globals["script_messages"] = manifest.messages


class Manifest:
    """The build's own list of what it made, read once."""

    def __init__(self, folder: Path, *, reload: bool = False) -> None:
        self._folder, self._reload = folder, reload
        self._names: dict[str, str] | None = None
        self._messages: dict[str, str] | None = None

    def url(self, name: str) -> str:
        """The address of a built file. Raises Unavailable where the front end was not built."""
        return f"/static/dist/{self._read().get(name, name)}"

    def icon(self, name: str, extra: str = "") -> Markup:
        """An icon of the sprite; decoration, so a word must stand beside it."""
        return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#i-{}"></use></svg>').format(
            extra, self.url("icons.svg"), name
        )

    def messages(self) -> dict[str, str]:
        """What the editor's scripts say, by key, in English."""
        if self._messages is None or self._reload:
            self._messages = json.loads((self._folder / MESSAGES).read_text(encoding="utf-8"))
        return self._messages

    def _read(self) -> dict[str, str]:
        if self._names is None or self._reload:
            file = self._folder / MANIFEST
            if not file.exists():
                raise Unavailable(_("The front end is not built yet: run `make install`."))
            self._names = json.loads(file.read_text())
        return self._names
