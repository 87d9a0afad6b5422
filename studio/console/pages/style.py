"""The living page of styles: tokens, components and macros as the files say them, in both themes side by side."""

from pathlib import Path
from typing import cast

from flask import current_app, render_template
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint
from studio.console.style import reading
from studio.console.style.forms import SampleForm
from studio.core.web import current_uow

THEMES = ("light", "dark")


@blueprint.get("/settings/style")
@permission("settings.read")
def style() -> str:
    """Everything that pages are made of."""
    static, templates = Path(cast("str", current_app.static_folder)), Path(current_app.root_path) / "templates"
    css = _texts(static / "css", "*.css")
    return render_template(
        "console/style.html",
        themes=[(theme, _form(theme)) for theme in THEMES],
        tokens=reading.tokens(css["tokens.css"]),
        sheets=reading.sheets(css),
        macros=reading.macros(_texts(templates / "macros", "*.html")),
        now=current_uow().now,
    )


def _form(theme: str) -> SampleForm:
    """With a field that was left empty; its ids are the theme's own."""
    form = SampleForm(formdata=None, prefix=f"{theme}-")
    form.name.errors = [_("This is needed.")]
    return form


def _texts(folder: Path, pattern: str) -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in folder.glob(pattern)}
