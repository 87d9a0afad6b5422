"""YAML without its surprises: no aliases, no tags, no key twice, bounded."""

from typing import Any

import yaml

from studio.core.errors import InvalidInput
from studio.core.figures import separated
from studio.core.i18n import gettext as _

LONGEST = 65_536
"""Characters."""
DEEPEST = 20

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyYAML's signature
        found = super().construct_mapping(node, deep=deep)
        if len(found) < len(node.value):
            raise yaml.constructor.ConstructorError(None, None, _("A name stands here twice."), node.start_mark)
        return found


def read(text: str) -> Any:
    """The plain value. Raises InvalidInput (`export.yaml`) that names the line."""
    if len(text) > LONGEST:
        raise refused(_("Pipelines may have at most %(most)s characters.", most=separated(LONGEST)))
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                line = event.start_mark.line + 1 if event.start_mark else 0
                raise refused(_("Line %(line)s: anchors and aliases are not read. Write it out.", line=line))
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise refused(_("This is nested too deeply."))
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        if mark is None:
            raise refused(_("This is no readable YAML.")) from None
        said = _("Line %(line)s: this is no readable YAML (%(problem)s).", line=mark.line + 1, problem=problem)
        raise refused(said) from None


def refused(said: str) -> InvalidInput:
    """The refusal of the text as a whole."""
    return InvalidInput(said, field="text", code="export.yaml")
