"""Plain JSON into documents, as tolerant as SDKs are: what is missing has its default, what has no form is refused."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.flags.evaluation.documents import (
    VERSION,
    Constraint,
    Dependency,
    Feature,
    Override,
    Payload,
    Segment,
    State,
    Strategy,
    Variant,
)

T = TypeVar("T")


class UnreadableFlags(InvalidInput):
    """The document has no form that can be evaluated. `problems` has every finding."""

    code = "flag.unreadable"


def refused(problems: Sequence[FieldProblem]) -> UnreadableFlags:
    """All findings in one error, the first of them its message."""
    first = problems[0]
    return UnreadableFlags(first.message, code=first.code, field=first.path, problems=problems)


def read_state(raw: Any) -> State:
    """The body of `/api/client/features`: `{"version", "features": […], "segments": […]}`. Raises UnreadableFlags."""
    reader = Reader()
    state = reader.state(raw)
    reader.finish()
    return state


def read_feature(raw: Any) -> Feature:
    """One flag of that body. Raises UnreadableFlags."""
    reader = Reader()
    feature = reader.feature(raw, "")
    reader.finish()
    return feature


def read_segment(raw: Any) -> Segment:
    """One segment of that body. Raises UnreadableFlags."""
    reader = Reader()
    segment = reader.segment(raw, "")
    reader.finish()
    return segment


class Reader:
    """Reads on after a finding, so that all of them are told at once."""

    def __init__(self) -> None:
        """Nothing found so far."""
        self.problems: list[FieldProblem] = []

    def finish(self) -> None:
        """Raise UnreadableFlags if anything was found."""
        if self.problems:
            raise refused(self.problems)

    def state(self, raw: Any) -> State:
        """All flags and segments."""
        found = self._object(raw, "")
        return State(
            self._each(found, "", "features", self.feature),
            self._each(found, "", "segments", self.segment),
            self._whole(found, "", "version", VERSION),
        )

    def feature(self, raw: Any, path: str) -> Feature:
        """One flag."""
        found = self._object(raw, path)
        return Feature(
            self._name(found, path, "name"),
            self._flag(found, path, "enabled"),
            self._text(found, path, "type", "release"),
            self._each(found, path, "strategies", self._strategy),
            self._each(found, path, "variants", self._variant),
            self._each(found, path, "dependencies", self._dependency),
            self._flag(found, path, "impressionData"),
            self._flag(found, path, "stale"),
            self._text(found, path, "project", "default"),
            self._text(found, path, "description", ""),
        )

    def segment(self, raw: Any, path: str) -> Segment:
        """One segment."""
        found = self._object(raw, path)
        return Segment(
            self._whole(found, path, "id", None),
            self._each(found, path, "constraints", self._constraint),
            self._text(found, path, "name", ""),
        )

    def _strategy(self, raw: Any, path: str) -> Strategy:
        found = self._object(raw, path)
        return Strategy(
            self._name(found, path, "name"),
            self._parameters(found.get("parameters"), _at(path, "parameters")),
            self._each(found, path, "constraints", self._constraint),
            self._each(found, path, "segments", self._number),
            self._each(found, path, "variants", self._variant),
            self._flag(found, path, "disabled"),
            self._text(found, path, "title", ""),
        )

    def _constraint(self, raw: Any, path: str) -> Constraint:
        found = self._object(raw, path)
        return Constraint(
            self._name(found, path, "contextName"),
            self._name(found, path, "operator"),
            self._each(found, path, "values", self._word),
            self._word(found["value"], _at(path, "value")) if found.get("value") is not None else None,
            self._flag(found, path, "inverted"),
            self._flag(found, path, "caseInsensitive"),
        )

    def _variant(self, raw: Any, path: str) -> Variant:
        found = self._object(raw, path)
        payload = found.get("payload")
        return Variant(
            self._name(found, path, "name"),
            self._whole(found, path, "weight", 0),
            self._text(found, path, "weightType", "variable"),
            self._text(found, path, "stickiness", "default"),
            self._payload(payload, _at(path, "payload")) if payload is not None else None,
            self._each(found, path, "overrides", self._override),
        )

    def _payload(self, raw: Any, path: str) -> Payload:
        found = self._object(raw, path)
        return Payload(self._name(found, path, "type"), self._text(found, path, "value", ""))

    def _override(self, raw: Any, path: str) -> Override:
        found = self._object(raw, path)
        return Override(self._name(found, path, "contextName"), self._each(found, path, "values", self._word))

    def _dependency(self, raw: Any, path: str) -> Dependency:
        found = self._object(raw, path)
        return Dependency(
            self._name(found, path, "feature"),
            self._flag(found, path, "enabled", default=True),
            self._each(found, path, "variants", self._word),
        )

    def _parameters(self, raw: Any, path: str) -> dict[str, str]:
        found = self._object(raw, path) if raw is not None else {}
        return {name: self._word(value, _at(path, name)) for name, value in found.items() if value is not None}

    # --- forms ------------------------------------------------------------------------------

    def _object(self, raw: Any, path: str) -> Mapping[str, Any]:
        if isinstance(raw, Mapping):
            return raw
        self._say(path, "flag.not_an_object", _("An object with named fields belongs here."))
        return {}

    def _each(self, found: Mapping[str, Any], path: str, name: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
        raw = found.get(name)
        if raw is None:
            return ()
        if not isinstance(raw, list | tuple):
            self._say(_at(path, name), "flag.not_a_list", _("A list belongs here."))
            return ()
        return tuple(read(one, _at(path, f"{name}.{index}")) for index, one in enumerate(raw))

    def _name(self, found: Mapping[str, Any], path: str, name: str) -> str:
        value = found.get(name)
        if isinstance(value, str) and value:
            return self._word(value, _at(path, name))
        self._say(_at(path, name), "flag.no_text", _("A text belongs here, and it may not be empty."))
        return ""

    def _text(self, found: Mapping[str, Any], path: str, name: str, default: str) -> str:
        value = found.get(name)
        return default if value is None else self._word(value, _at(path, name))

    def _word(self, value: Any, path: str) -> str:
        if isinstance(value, str):
            if not value.isascii() and _broken(value):
                self._say(path, "flag.not_unicode", _("This text has half a character in it."))
                return ""
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        self._say(path, "flag.not_a_text", _("A text belongs here."))
        return ""

    def _flag(self, found: Mapping[str, Any], path: str, name: str, *, default: bool = False) -> bool:
        value = found.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        self._say(_at(path, name), "flag.not_a_boolean", _("Either true or false belongs here."))
        return default

    def _whole(self, found: Mapping[str, Any], path: str, name: str, default: int | None) -> int:
        value = found.get(name, default)
        return self._number(default if value is None else value, _at(path, name))

    def _number(self, value: Any, path: str) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        self._say(path, "flag.not_a_whole_number", _("A whole number belongs here."))
        return 0

    def _say(self, path: str, code: str, message: str) -> None:
        self.problems.append(FieldProblem(path, code, message))


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _broken(text: str) -> bool:
    """Whether it holds half of a surrogate pair, which no encoding can carry."""
    return any("\ud800" <= character <= "\udfff" for character in text)
