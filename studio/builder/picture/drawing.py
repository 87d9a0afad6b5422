"""Draws boxes, lines and names as SVG. Every colour comes from the style sheet, so that both themes fit."""

from collections.abc import Callable, Mapping
from typing import cast

from flask import current_app
from flask_babel import ngettext
from markupsafe import Markup

from studio.builder import insight
from studio.builder.picture import beside, ports
from studio.builder.picture.layout import Placed, placed
from studio.builder.picture.lettering import LETTER_LINE, LETTER_NAME, cut
from studio.builder.picture.overlay import PLAIN, Overlay
from studio.builder.picture.ports import HEIGHT
from studio.contract.graph import BODY_PORT, ERROR_PORT
from studio.contract.node import Kind
from studio.core.i18n import gettext
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Document, Link, Step

MARGIN = 16
TONES = {
    "succeeded": "good",
    "failed": "bad",
    "waiting": "wait",
    "running": "run",
    "queued": "run",
    "needs_review": "warn",
    "cancelled": "none",
    "skipped": "passed",
    "not_reached": "passed",
}
_MARKS = {"good": "check", "bad": "x", "wait": "hourglass", "warn": "alert", "run": "play"}


def picture(
    document: Document, states: Mapping[str, str] | None = None, overlay: Overlay = PLAIN, *, wide: bool = False
) -> Markup:
    """The graph. `states` are the states of a run's steps: those that it lacks were not reached.

    `overlay`: what the run did besides, on cards and lines. `wide`: as large as it was drawn, for a box that scrolls.
    """
    found = placed(document)
    if not found.steps:
        return Markup()
    everything = found.everything()
    left, top = min(box.x for box in everything) - MARGIN, min(box.y for box in everything) - MARGIN
    width = max(box.right for box in everything) + MARGIN - left
    height = max(box.bottom for box in everything) + MARGIN - top
    drawing = _Drawing(document, found, states, overlay)
    label = ngettext("The graph: %(num)d step", "The graph: %(num)d steps", len(document.nodes))
    more = beside.spoken(document, found.frames) if found.notes or found.frames else ""
    label = f"{label}. {more}" if more else label
    kind, role = "picture wide" if wide else "picture", "group" if overlay.links else "img"
    return Markup(
        '<svg class="{}" role="{}" aria-label="{}" viewBox="{:.0f} {:.0f} {:.0f} {:.0f}" width="{:.0f}" '
        'height="{:.0f}">{}</svg>'
    ).format(kind, role, label, left, top, width, height, width, height, drawing.content())


class _Drawing:
    """One picture under way."""

    def __init__(self, document: Document, found: Placed, states: Mapping[str, str] | None, overlay: Overlay) -> None:
        self._document, self._placed, self._states, self._overlay = document, found.steps, states, overlay
        self._found = found
        asset = cast("Callable[[str], str]", current_app.jinja_env.globals["asset"])
        self._sprite = asset("icons.svg")
        self._outline = Outline(document)

    def content(self) -> Markup:
        """Loops and groups below notes below lines below cards; the larger of the first ones lowest."""
        around = [(self._placed[s.key], self._loop(s)) for s in self._document.nodes if self._outline.is_loop(s.key)]
        frames = self._found.frames
        around += [
            (frames[group.id], beside.frame(group, frames[group.id]))
            for group in self._document.layout.groups
            if group.id in frames
        ]
        around.sort(key=lambda one: -one[0].width * one[0].height)
        parts = [drawn for _box, drawn in around]
        parts += [beside.sticky(note) for note in self._found.notes]
        parts += [self._line(edge) for edge in self._document.edges]
        parts += [self._card(step) for step in self._document.nodes]
        return Markup().join(parts)

    def _tone(self, key: str) -> str:
        if self._states is None:
            return ""
        return TONES.get(self._states.get(key, "not_reached"), "none")

    def _loop(self, step: Step) -> Markup:
        box = self._placed[step.key]
        return Markup('<rect class="loop" x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{:.0f}" rx="8"/>').format(
            box.x, box.y, box.width, box.height
        )

    def _line(self, edge: Link) -> Markup:
        x1, y1 = self._leaves(edge)
        target = self._placed[edge.target]
        x2, y2 = target.x + target.width / 2, target.y
        bend = max(24.0, abs(y2 - y1) / 2)
        path = Markup(
            '<path class="line{}{}" d="M{:.0f} {:.0f}C{:.0f} {:.0f} {:.0f} {:.0f} {:.0f} {:.0f}">{}</path>'
        ).format(
            " error" if edge.port == ERROR_PORT else "", self._way(edge), x1, y1, x1, y1 + bend, x2, y2 - bend, x2, y2,
            self._said(edge),
        )  # fmt: skip
        name, mark = self._port_name(edge), self._overlay.marks.get(way_of(edge), "")
        name = f"{name} {mark}".strip()
        if not name:
            return path
        return path + Markup('<text class="port" x="{:.0f}" y="{:.0f}" text-anchor="middle">{}</text>').format(
            x1, y1 + 15, cut(name, 160, LETTER_LINE)
        )

    def _way(self, edge: Link) -> str:
        """What became of a line in a run, as a class of the style sheet."""
        known = self._overlay.ways.get(way_of(edge))
        if known is not None:
            return f" {known}"
        return " passed" if "passed" in (self._tone(edge.source), self._tone(edge.target)) else ""

    def _said(self, edge: Link) -> Markup:
        words = self._overlay.words.get(way_of(edge))
        return Markup("<title>{}</title>").format(words) if words else Markup()

    def _leaves(self, edge: Link) -> tuple[float, float]:
        """Where a line leaves its card; a loop's other ports stand below its body."""
        box, loop = self._placed[edge.source], self._outline.is_loop(edge.source)
        if loop and edge.port == BODY_PORT:
            return box.x + box.width / 2, box.y + HEIGHT
        share = ports.place_of(self._outline, edge.source, edge.port) / ports.card_width(self._outline, edge.source)
        return box.x + box.width * share, box.bottom

    def _port_name(self, edge: Link) -> str:
        if edge.port == "next" or (edge.port == BODY_PORT and self._outline.is_loop(edge.source)):
            return ""
        return ports.name(self._outline, edge.source, edge.port)

    def _card(self, step: Step) -> Markup:
        box, found, tone = self._placed[step.key], self._outline.types.get(step.key), self._tone(step.key)
        kind, icon = (found.kind, found.icon) if found is not None else (Kind.DATA, "step")
        line = (insight.summary_of(found, step.config) or gettext(found.title)) if found is not None else step.type
        line, link = self._overlay.lines.get(step.key, line), self._overlay.links.get(step.key)
        current = " current" if step.key == self._overlay.current else ""
        current += f" heat-{self._overlay.heat[step.key]}" if step.key in self._overlay.heat else ""
        current += f" was-{self._overlay.tints[step.key]}" if step.key in self._overlay.tints else ""
        room = box.width - 62 - (30 if tone in _MARKS else 0)
        card = Markup(
            '<g class="card-of {tone}{current}" transform="translate({x:.0f} {y:.0f})"><title>{name}</title>'
            '<rect class="face" width="{width:.0f}" height="{height}" rx="8"/>'
            '<rect class="kind" data-kind="{kind}" x="12" y="14" width="28" height="28" rx="7"/>'
            '<svg class="icon" x="18" y="20" width="16" height="16"><use href="{sprite}#i-{icon}"/></svg>'
            '<text class="name" x="50" y="25">{cut_name}</text><text class="line-two" x="50" y="42">{line}</text>'
            "{mark}</g>"
        ).format(
            tone=tone, x=box.x, y=box.y, name=step.name, width=box.width, height=HEIGHT, kind=kind,
            sprite=self._sprite, icon=icon, cut_name=cut(step.name, room, LETTER_NAME),
            line=cut(line, room, LETTER_LINE), mark=self._mark(tone, box.width), current=current,
        )  # fmt: skip
        return Markup('<a href="{}">{}</a>').format(link, card) if link else card

    def _mark(self, tone: str, width: float) -> Markup:
        """A shape beside the colour."""
        if tone not in _MARKS:
            return Markup()
        return Markup(
            '<circle class="mark" cx="{:.0f}" cy="28" r="10"/>'
            '<svg class="icon" x="{:.0f}" y="22" width="12" height="12"><use href="{}#i-{}"/></svg>'
        ).format(width - 22, width - 28, self._sprite, _MARKS[tone])


def way_of(edge: Link) -> tuple[str, str, str]:
    """A line's name in an overlay."""
    return edge.source, edge.port, edge.target
