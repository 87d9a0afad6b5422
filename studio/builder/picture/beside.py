"""What people put beside the steps: sticky notes, and the frames of named groups. A collapsed group is drawn open."""

from collections.abc import Mapping

from flask_babel import gettext as _
from markupsafe import Markup

from studio.builder.picture.layout import Box
from studio.builder.picture.lettering import LETTER_NAME, LETTER_NOTE, cut, wrapped
from studio.runtime.document import Document
from studio.runtime.document.layout import Group, Note

_LINE, _SIDE = 18, 12
_SPOKEN = 200
"""So many letters of a note, and of the names of a group's steps, are said of the picture."""


def frame(group: Group, box: Box) -> Markup:
    """The frame of a group, its name at the top."""
    return Markup(  # written here alone: format() escapes a group's name, which people give
        '<g class="frame" transform="translate({x:.0f} {y:.0f})"><title>{name}</title>'
        '<rect width="{width:.0f}" height="{height:.0f}" rx="12"/>'
        '<text class="name" x="14" y="25">{cut_name}</text></g>'
    ).format(
        x=box.x, y=box.y, name=group.name, width=box.width, height=box.height,
        cut_name=cut(group.name, box.width - 28, LETTER_NAME),
    )  # fmt: skip


def sticky(note: Note) -> Markup:
    """A note with as much of its text as its size holds; all of it where the pointer rests."""
    rows = max(int((note.height - _LINE) // _LINE), 1)
    lines = wrapped(note.text, note.width - 2 * _SIDE, LETTER_NOTE, rows)
    text = Markup().join(  # join() escapes, and what it joins is escaped by format()
        Markup('<tspan x="{}" y="{}">{}</tspan>').format(_SIDE, 24 + _LINE * row, line)  # the line is people's words
        for row, line in enumerate(lines)
        if line
    )
    return Markup(  # written here alone: format() escapes a note's text, which people write
        '<g class="note-of" data-tone="{tone}" transform="translate({x:.0f} {y:.0f})"><title>{whole}</title>'
        '<rect width="{width:.0f}" height="{height:.0f}" rx="5"/><text>{text}</text></g>'
    ).format(
        tone=note.tone, x=note.x, y=note.y, whole=note.text, width=note.width, height=note.height, text=text
    )  # fmt: skip


def spoken(document: Document, frames: Mapping[str, Box]) -> str:
    """Groups and notes of a picture in words; empty without any."""
    names = {step.key: step.name for step in document.nodes}
    said = []
    for group in document.layout.groups:
        if group.id in frames:
            steps = ", ".join(names[key] for key in group.steps if key in names)[:_SPOKEN]
            said.append(_("Group “%(name)s”: %(steps)s", name=group.name, steps=steps))
    said += [_("Note: %(text)s", text=" ".join(note.text.split())[:_SPOKEN]) for note in document.layout.notes]
    return ". ".join(said)
