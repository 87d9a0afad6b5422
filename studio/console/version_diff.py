"""Two versions as two pictures: what came, went and changed, by colour, sign and word."""

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from studio.builder.picture import Overlay, picture
from studio.builder.service.comparing import Compared, Side

_MINUS = "\N{MINUS SIGN}"


def pictures(found: Compared) -> tuple[Markup, Markup]:
    """The first, with what is gone, and the second, with what is new."""
    return _drawn(found, found.before, found.after, "removed"), _drawn(found, found.after, found.before, "added")


def name(side: Side) -> str:
    """What a side is called."""
    return str(_("Version %(number)s", number=side.number) if side.number is not None else _("Draft"))


def _drawn(found: Compared, side: Side, other: Side, alone: str) -> Markup:
    tints = dict.fromkeys(found.changed, "changed") | dict.fromkeys(found.removed | found.added, alone)
    kept = {step.key for step in side.document.nodes}
    lines = {key: _line(tint, found.changed[key]) for key, tint in tints.items() if key in kept}
    word = _("Only here")
    ways = side.ways - other.ways
    return picture(
        side.document,
        overlay=Overlay(
            lines=lines, tints=tints, ways=dict.fromkeys(ways, alone), words=dict.fromkeys(ways, str(word))
        ),
    )


def _line(tint: str, count: int) -> str:
    if tint == "changed":
        return f"± {ngettext('%(num)s change', '%(num)s changes', count)}"
    return f"+ {_('Added')}" if tint == "added" else f"{_MINUS} {_('Removed')}"
