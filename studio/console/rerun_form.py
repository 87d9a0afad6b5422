"""The form of a re-run: what is wanted, and the hash of the plan that was shown."""

import re
from typing import Any

import orjson
from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from studio.core.errors import FieldProblem
from studio.runtime.decide import Place
from studio.runtime.history.detail import RunDetail
from studio.runtime.rerun.facts import Finding, Given
from studio.runtime.service.rerun_plan import Edited, Wish

_ITEM = re.compile(r"[1-9]\d{0,8}(\.[1-9]\d{0,8})*\Z")
MOST_EDITED = 60_000
"""Characters of data that are offered for editing; more is a matter for the API."""


class PlanForm(FlaskForm):
    """From where, on which version, with what."""

    from_step = SelectField(_l("Start from"), default="")
    item = StringField(_l("Only in item"), [Optional(), Length(max=120)])
    version = RadioField(_l("Version"), default="original")
    doubts = SelectField(_l("Calls in doubt"), default="")
    skip = SelectField(_l("Skip a step"), default="")
    skip_item = StringField(_l("In item"), [Optional(), Length(max=120)])
    output = TextAreaField(_l("What it gave"), [Length(max=MOST_EDITED)])
    port = StringField(_l("Goes on at"), [Length(max=40)])
    data = TextAreaField(_l("Data that starts it"), [Length(max=2 * MOST_EDITED)])
    plan = HiddenField()
    do = HiddenField()

    @classmethod
    def for_run(cls, found: RunDetail) -> "PlanForm":
        """As it was sent; opened by a link: from the address."""
        posted = request.method == "POST"
        form = cls() if posted else cls(request.args, meta={"csrf": False})
        steps = {step.key: step.name for step in found.steps if step.key != found.run.trigger_node}
        form.from_step.choices = [("", _("The beginning")), *steps.items()]
        form.skip.choices = [("", _("None")), *steps.items()]
        number, newest = found.version.number, found.workflow.published_number
        form.version.choices = [("original", _("Version %(n)s, as it ran", n=number))]
        if newest is not None and newest != number:
            form.version.choices.append(("newest", _("Version %(n)s, the newest", n=newest)))
        form.doubts.choices = [
            ("", _("Not found out yet")), (Finding.ARRIVED.value, _("It arrived")),
            (Finding.REPEAT.value, _("Try it again")),
        ]  # fmt: skip
        form.version.data = form.version.data or "original"
        was = orjson.dumps(found.run.input, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
        form.edits = len(was) <= MOST_EDITED
        if not posted and form.edits:
            form.data.data = was
        return form

    edits = True
    """Whether the data is short enough to be edited here."""

    def wish(self, was: Any) -> Wish | None:
        """What is wanted; None where a field is wrong, which then says so. `was`: the data that the old run had."""
        if not self.validate():
            return None
        path, given = _path(self.item), dict[Place, Given]()
        if self.skip.data:
            at = _path(self.skip_item)
            given[self.skip.data, at or ""] = Given(_json(self.output), self.port.data or None)
        changed = None
        if self.edits and (self.data.data or "").strip() and (data := _json(self.data)) != was:
            changed = Edited(data)
        if any(field.errors for field in self):
            return None
        doubts = Finding(self.doubts.data) if self.doubts.data else None
        return Wish(self.from_step.data or None, path, self.version.data == "newest", changed, given, {}, doubts)

    def show(self, problems: tuple[FieldProblem, ...]) -> None:
        """Put refusals at their fields."""
        named = {"path": self.item, "from_step": self.from_step, "version": self.version, "settle": self.doubts}
        skipped = {"port": self.port, "path": self.skip_item, "step": self.skip}
        for problem in problems:
            first, _sep, rest = problem.path.partition(".")
            field: Any = self.data if first == "data" else named.get(first, self.from_step)
            if first == "give":
                field = skipped.get(rest.rpartition(".")[2], self.skip)
            field.errors = [*field.errors, problem.message]


def _path(field: StringField) -> str | None:
    """The iteration path of an item as people count: item 1.4 is 0.3."""
    text = (field.data or "").strip()
    if not text:
        return None
    if not _ITEM.match(text):
        field.errors = [*field.errors, _("An item is a number, such as 2; within a loop of a loop, such as 1.4.")]
        return None
    return ".".join(str(int(part) - 1) for part in text.split("."))


def _json(field: TextAreaField) -> Any:
    text = (field.data or "").strip()
    if not text:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        field.errors = [*field.errors, _("That is no JSON: %(why)s", why=str(error))]
        return None
