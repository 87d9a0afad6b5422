"""The templates of this release: every file of `templates/`, read once and strictly."""

from functools import cache
from importlib.resources import files
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationError

from studio.core.errors import NotFound
from studio.gallery.template import Template
from studio.runtime.document import yaml_form


class BadTemplate(Exception):
    """A template file is wrong: a defect of this release, named with its file."""


@cache
def templates() -> tuple[Template, ...]:
    """All of them, in the gallery's order. Raises BadTemplate."""
    folder = files("studio.gallery") / "templates"
    found = [load(file.name, file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".yaml")]
    return tuple(sorted(found, key=lambda one: (one.order, one.name)))


def template(slug: str) -> Template:
    """One template. Raises NotFound."""
    found = next((one for one in templates() if one.slug == slug), None)
    if found is None:
        raise NotFound(_("There is no such template."), resource=f"template:{slug[:60]}")
    return found


def load(name: str, text: str) -> Template:
    """Read one file. Raises BadTemplate."""
    try:
        made = Template.model_validate(yaml_form.read(text))
    except ValidationError as error:
        raise BadTemplate(f"{name}: {error}") from error
    if f"{made.slug}.yaml" != name:
        raise BadTemplate(_("%(name)s says that it is called %(slug)s", name=name, slug=made.slug))
    return made


def samples(slug: str) -> list[dict[str, Any]]:
    """The sample events of the template that a workflow came from; none where there is no such template any more."""
    found = next((one for one in templates() if one.slug == slug), None)
    return [sample.model_dump() for sample in found.samples] if found else []


def categories() -> list[str]:
    """What the gallery can be narrowed to."""
    return sorted({category for one in templates() for category in one.categories})


def sentences(template: Template) -> list[str]:
    """What a template says to people in the gallery; what its workflow says becomes the workspace's own."""
    asked = [text for one in template.questions for text in (one.label, one.help, *(o.label for o in one.options))]
    meant = [*(one.about for one in template.flags), *(one.about for one in template.segments)]
    meant += [one.title for one in template.metrics]
    said = (template.name, template.value, *template.needs, *template.categories, *asked, *meant)
    return [text for text in said if text]
