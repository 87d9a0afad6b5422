"""Steps whose type this Studio does not have, or has in another version."""

from collections.abc import Iterator

from studio.contract.node import node_type
from studio.core.i18n import gettext
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Fix, Problem


def type_problems(outline: Outline) -> Iterator[Problem]:
    """Types and versions that are not here."""
    for key, step in outline.steps.items():
        known = node_type(step.type)
        if known is None:
            message = gettext(
                "%(key)s is of the type %(type)s, which this Studio does not have.",
                key=outline.name(key),
                type=step.type,
            )
            yield outline.problem("document.unknown_type", message, key, "type", fix=Fix.remove(key))
        elif step.version > known.version:
            message = gettext(
                "%(key)s needs a newer Studio: %(type)s %(version)s.",
                key=outline.name(key),
                type=step.type,
                version=step.version,
            )
            yield outline.problem("document.unknown_version", message, key, "version")
        elif step.version < known.version:
            message = gettext(
                "%(key)s was set up for an older Studio (%(type)s %(version)s) and could not be brought over. "
                "Remove it and add it anew.",
                key=outline.name(key),
                type=step.type,
                version=step.version,
            )
            yield outline.problem("document.not_upgraded", message, key, "version", fix=Fix.remove(key))
