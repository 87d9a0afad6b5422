"""A request as a message of Block Kit. Facts in, blocks out.

What comes from outside stands in `plain_text`, where nothing of it is read as a mention, a link or a format. Where
something does not fit Slack's limits, it is cut, and then the message has no button that decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

SECTION, FIELD, FIELDS, BUTTON_VALUE, URL = 3_000, 2_000, 10, 2_000, 3_000
REASON = 2_000
"""Letters of a reason typed in a message."""
APPROVE, DECLINE, OPEN, REVEAL = "studio.approve", "studio.decline", "studio.open", "studio.reveal"
TAKE_ON = "studio.take_on"
REASON_BLOCK = "studio.reason"
_NOTE = 1_500
_NOTHING = "-"
"""Slack takes no empty text."""
_LONGEST_TEXT = 3_000

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """What a message says of a request at one moment."""

    title: str
    facts: Sequence[tuple[str, str]]
    instructions: str
    url: str
    """Its page in Studio."""
    value: str
    """What the buttons carry: the request, and what was shown. Empty: nothing is to be decided here."""
    due_at: datetime | None = None
    asked: Sequence[str] = ()
    """Slack members who may decide: they are mentioned."""
    names: Sequence[str] = ()
    """Names of those who may decide and whose accounts are not known."""
    rule: str = ""
    agreed: Sequence[str] = ()
    """Names of those who have agreed so far."""
    origin: str = ""
    note: str = ""
    """What it waits for, where nobody may decide at the moment; or that it was escalated."""
    take_on: str = ""
    """What the button “I'm on it” carries: the request. Empty: there is nothing to hold back, or somebody is on it."""
    on_it: tuple[str, datetime] | None = None
    """Who is on it, and until when that holds others back."""
    ended: str = ""
    """Who decided what; empty while it is open."""
    ended_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks, and a text for notifications and for what shows no blocks."""

    text: str
    blocks: list[Block]


def message(view: View) -> Message:
    """The message as it stands at this moment."""
    blocks = [_section(view.title, bold=True), *_facts(view.facts)]
    if view.instructions:
        blocks.append(_section(view.instructions))
    blocks += [_context(line) for line in _lines(view) if line]
    if in_place(view):
        blocks.append(_reason())
    blocks.append(_buttons(view))
    state = view.ended or _("A decision is asked for:")
    return Message(cut(f"{state} {view.title} {view.url}", _LONGEST_TEXT), blocks)


def in_place(view: View) -> bool:
    """Whether it may be decided where it stands: only where all is shown that the decision is bound to."""
    whole = len(view.title) <= SECTION and len(view.instructions) <= SECTION
    shown = all(len(label) <= FIELD and len(value) <= FIELD for label, value in view.facts)
    return bool(view.value) and len(view.value) <= BUTTON_VALUE and not view.ended and whole and shown


def note(text: str, *, button: tuple[str, str] | None = None) -> Message:
    """A message of one sentence, perhaps with a button: its words, and what it carries."""
    blocks = [_section(text)]
    if button is not None:
        blocks.append(_actions([_button(button[0], REVEAL, button[1])]))
    return Message(cut(text, _LONGEST_TEXT), blocks)


def report(
    title: str, paragraphs: Sequence[str], known: Sequence[str], ways: Sequence[tuple[str, str, str, str]], url: str
) -> Message:
    """Something that is told: what, more of it, lines of `mrkdwn`, and buttons: words, action, value, address."""
    told = [_section(title, bold=True), *(_section(one) for one in paragraphs), *(_context(one) for one in known)]
    buttons = [_button(words, action, value, url=to) for words, action, value, to in ways]
    return Message(cut(f"{title} {url}", _LONGEST_TEXT), [*told, _actions(buttons)])


def escaped(text: str) -> str:
    """For `mrkdwn`: nothing of it is a mention or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def moment(at: datetime) -> str:
    """A moment that Slack shows in the zone of whoever reads it."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def cut(text: str, limit: int) -> str:
    """At most so many letters, and a sign that there are more."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _lines(view: View) -> list[str]:
    people = [*(f"<@{member}>" for member in view.asked), *(escaped(name) for name in view.names)]
    if view.ended:
        when = f" · {moment(view.ended_at)}" if view.ended_at else ""
        reason = _("“%(reason)s”", reason=escaped(cut(view.reason, _NOTE))) if view.reason else ""
        return [f"*{escaped(view.ended)}*{when}", reason]
    return [
        f"*{escaped(view.note)}*" if view.note else "",
        _on_it(*view.on_it) if view.on_it else "",
        escaped(view.rule),
        _("Asked: %(names)s", names=", ".join(people)) if people else "",
        _("Agreed so far: %(names)s.", names=escaped(", ".join(view.agreed))) if view.agreed else "",
        _("Decide until %(due)s.", due=moment(view.due_at)) if view.due_at else "",
        escaped(view.origin),
    ]


def _on_it(name: str, until: datetime) -> str:
    said = _("%(name)s is on it: nobody else is asked before %(until)s.", name=escaped(name), until=moment(until))
    return f"*{said}*"


def _section(text: str, *, bold: bool = False) -> Block:
    kind = "header" if bold and len(text) <= 150 else "section"
    return {"type": kind, "text": _plain(cut(text, SECTION))}


def _facts(facts: Sequence[tuple[str, str]]) -> list[Block]:
    """Label and value side by side, five a block."""
    fields = [_plain(cut(text, FIELD)) for fact in facts for text in (fact[0] or _NOTHING, fact[1] or _NOTHING)]
    return [{"type": "section", "fields": fields[first : first + FIELDS]} for first in range(0, len(fields), FIELDS)]


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(text, SECTION), "verbatim": True}]}


def _reason() -> Block:
    return {
        "type": "input",
        "block_id": REASON_BLOCK,
        "optional": True,
        "label": _plain(_("Reason, needed to decline")),
        "element": {
            "type": "plain_text_input",
            "action_id": REASON_BLOCK,
            "multiline": True,
            "max_length": REASON,
        },
    }


def _buttons(view: View) -> Block:
    words = _("Open in Studio") if view.ended or in_place(view) else _("Review in Studio")
    ways = [_button(words, OPEN, "open", url=view.url)]
    if in_place(view):
        deciding = [
            _button(_("Approve"), APPROVE, view.value, style="primary"),
            _button(_("Decline"), DECLINE, view.value, style="danger"),
        ]
        ways = [*deciding, *ways]
    if view.take_on and not view.ended:
        ways.append(_button(_("I'm on it"), TAKE_ON, view.take_on))
    return _actions(ways)


def _actions(elements: list[Block]) -> Block:
    return {"type": "actions", "block_id": "studio.actions", "elements": elements}


def _button(words: str, action: str, value: str, *, style: str = "", url: str = "") -> Block:
    made: Block = {"type": "button", "text": _plain(cut(words, 75)), "action_id": action, "value": value}
    return made | ({"style": style} if style else {}) | ({"url": url} if url else {})


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text or _NOTHING, "emoji": False}
