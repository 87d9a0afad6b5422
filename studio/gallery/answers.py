"""From what somebody answered to values: each kind of question reads its own answers, or says what is wrong.

Reading writes nothing; a group that does not exist yet is made by the service, after everything was read.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from babel.numbers import format_currency
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.approvals.people import Person
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as translated
from studio.core.ids import parse_id
from studio.gallery import values
from studio.gallery.template import Question, Template
from studio.gallery.values import Value
from studio.runtime import money

SECONDS = {"minutes": 60, "hours": 3_600, "days": 86_400}
LONGEST_TEXT = 200
MOST_DECIMALS = 12
FLAG_KEY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._~-]{0,99}")


@dataclass(frozen=True, slots=True)
class Linked:
    """A connection, as a question offers it."""

    handle: str
    title: str
    connector: str


@dataclass(frozen=True, slots=True)
class Place:
    """The workspace that a template is used in."""

    currency: str
    locale: str
    deciders: Sequence[Person]
    """Everybody who may decide now."""
    groups: Mapping[str, str]
    """Names of groups by their lower case."""
    may_make_groups: bool
    connections: Sequence[Linked] = ()
    """What may be chosen where a template works with another system."""
    secrets: Sequence[str] = ()
    """Names of the workspace's secrets, where a template asks for one."""
    own_email: str = ""
    """Of whoever asks; empty: a program."""

    def fitting(self, question: Question) -> list[Linked]:
        """The connections that a question may be answered with."""
        return [one for one in self.connections if one.connector in question.connectors]


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A group that is to be made of these people."""

    name: str
    members: tuple[UUID, ...]


Read = Value | NewGroup


class WrongAnswer(Exception):
    """An answer that will not do, in words."""


def read(template: Template, raw: Mapping[str, Any], place: Place) -> dict[str, Read]:
    """Every answer. Raises InvalidInput with a problem for each that will not do."""
    found: dict[str, Read] = {}
    problems = [
        FieldProblem(f"answers.{key}", "answer.unknown", _("This template does not ask for %(key)s.", key=key[:40]))
        for key in sorted(set(raw) - {question.key for question in template.questions})
    ]
    for question in template.questions:
        try:
            found[question.key] = _larger(template, question, found, one(question, raw.get(question.key), place))
        except WrongAnswer as error:
            problems.append(FieldProblem(f"answers.{question.key}", "answer.invalid", str(error)))
    if problems:
        raise InvalidInput(problems[0].message, code="answers.invalid", problems=problems)
    return found


def _larger(template: Template, question: Question, found: Mapping[str, Read], read: Read) -> Read:
    """The answer, where it is more than the one that it must exceed; a wrong one there is told already."""
    other = template.question(question.more_than) if question.more_than else None
    before = found.get(other.key) if other else None
    if not (other and isinstance(before, Value) and isinstance(read, Value)):
        return read
    if Decimal(read.literal) <= Decimal(before.literal):
        raise WrongAnswer(_("This must be more than “%(other)s”.", other=translated(other.label)))
    return read


def one(question: Question, raw: Any, place: Place) -> Read:
    """What one question makes of an answer. Raises WrongAnswer."""
    readers: dict[str, Callable[[], Read]] = {
        "money": lambda: _money(question, raw, place),
        "number": lambda: _number(question, raw),
        "text": lambda: _text(raw),
        "flag": lambda: _flag(raw),
        "email": lambda: _email(raw),
        "choice": lambda: _choice(question, raw),
        "duration": lambda: _duration(raw),
        "people": lambda: named(chosen(raw, place)),
        "group": lambda: _group(raw, place),
        "connection": lambda: _connection(question, raw, place),
        "secret": lambda: _secret(raw, place),
    }
    return readers[question.kind]()


def _money(question: Question, raw: Any, place: Place) -> Value:
    exact = _within(question, _decimal(raw))
    places = max(money.decimals(place.currency), 0)
    exponent = exact.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise WrongAnswer(_("An amount in %(currency)s has at most %(n)s decimals.", currency=place.currency, n=places))
    shown = format_currency(exact, place.currency, locale=place.locale.replace("-", "_"))
    return values.amount(exact, shown)


def _number(question: Question, raw: Any) -> Value:
    exact = _within(question, _decimal(raw))
    read = values.number(int(exact) if exact == exact.to_integral_value() else exact)
    return values.with_decimals(read) if question.decimals else read


def _text(raw: Any) -> Value:
    if not isinstance(raw, str) or not raw.strip():
        raise WrongAnswer(_("This is needed."))
    if len(raw) > LONGEST_TEXT:
        raise WrongAnswer(_("This is too long."))
    return values.text(raw.strip())


def _flag(raw: Any) -> Value:
    """The key of a flag, which may be there or not."""
    key = str(raw or "").strip()
    if not FLAG_KEY.fullmatch(key):
        raise WrongAnswer(_("Write the flag's key, such as new-checkout: letters, digits, “.”, “_”, “~” and “-”."))
    return values.text(key)


def _email(raw: Any) -> Value:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - for whoever answers with one alone

    try:
        address = validate_email(str(raw or "").strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise WrongAnswer(_("Write an e-mail address, such as finance@example.com.")) from None
    return values.text(address)


def _choice(question: Question, raw: Any) -> Value:
    chosen = next((option for option in question.options if option.value == raw), None)
    if chosen is None:
        raise WrongAnswer(_("Choose one of these."))
    return values.text(chosen.value)


def _connection(question: Question, raw: Any, place: Place) -> Value:
    """One of the workspace's connections of the template's kinds, by its handle."""
    if question.optional and not raw:
        return values.text("")
    fits = place.fitting(question)
    found = next((one for one in fits if one.handle == raw), None)
    if found is None:
        if not fits:
            raise WrongAnswer(_("Connect one first, under Connections."))
        raise WrongAnswer(_("Choose one of these."))
    return values.connection(found.handle, found.connector)


def _secret(raw: Any, place: Place) -> Value:
    """One of the workspace's secrets, by its name."""
    if raw not in place.secrets:
        raise WrongAnswer(_("Choose one of these.") if place.secrets else _("Add a secret first, under Secrets."))
    return values.text(str(raw))


def _duration(raw: Any) -> Value:
    count = raw.get("amount") if isinstance(raw, Mapping) else None
    unit = str(raw.get("unit")) if isinstance(raw, Mapping) else ""
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 10_000 or unit not in SECONDS:
        raise WrongAnswer(_("Write a whole number from 1, and choose minutes, hours or days."))
    seconds = count * SECONDS[unit]
    if seconds > 366 * 86_400:
        raise WrongAnswer(_("A year is the longest."))
    return values.duration(count, unit, seconds, span(count, unit))


def _group(raw: Any, place: Place) -> Read:
    """A group by its name, or people who become one: `{"group": name}` or `{"name": …, "people": […]}`."""
    if not isinstance(raw, Mapping):
        raise WrongAnswer(_("Choose a group, or the people who decide."))
    if raw.get("group"):
        name = place.groups.get(str(raw["group"]).strip().casefold())
        if name is None:
            raise WrongAnswer(_("There is no group “%(name)s”.", name=str(raw["group"])[:80]))
        return values.people([f"group:{name}"], [name], [])
    members = chosen(raw.get("people"), place)
    if not place.may_make_groups:
        return named(members)
    name = " ".join(str(raw.get("name") or "").split())
    if not 0 < len(name) <= 80:
        raise WrongAnswer(_("Give the group a name of 1 to 80 characters."))
    if name.casefold() in place.groups:
        raise WrongAnswer(_("There is a group “%(name)s” already: choose it, or take another name.", name=name))
    return NewGroup(name, tuple(person.id for person in members))


def chosen(raw: Any, place: Place) -> list[Person]:
    """The people that were named, by id. Raises WrongAnswer: nobody, or somebody who may not decide."""
    wanted = {parse_id(str(one)) for one in raw} if isinstance(raw, list | tuple) else set()
    found = [person for person in place.deciders if person.id in wanted]
    if not found or len(found) < len(wanted):
        raise WrongAnswer(_("Choose at least one person who may decide."))
    return found


def named(found: Sequence[Person]) -> Value:
    """People as approvals name them."""
    refs = [f"user:{person.email}" for person in found]
    return values.people(refs, [person.name for person in found], [person.email for person in found])


def _decimal(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise WrongAnswer(_("Write a number."))
    try:
        exact = Decimal(str(raw).strip())
    except InvalidOperation:
        raise WrongAnswer(_("Write a number, such as 400 or 19.90.")) from None
    if not exact.is_finite() or abs(exact) >= 10**12:
        raise WrongAnswer(_("This number is too large."))
    exponent = exact.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MOST_DECIMALS:  # written out, 1e-999999999 fills the memory
        raise WrongAnswer(_("A number has at most %(n)s decimals.", n=MOST_DECIMALS))
    return exact


def _within(question: Question, exact: Decimal) -> Decimal:
    if question.least is not None and exact < Decimal(str(question.least)):
        raise WrongAnswer(_("At least %(least)s.", least=question.least))
    if question.most is not None and exact > Decimal(str(question.most)):
        raise WrongAnswer(_("At most %(most)s.", most=question.most))
    return exact


def span(count: int, unit: str) -> str:
    """A span of time as people read it."""
    match unit:
        case "minutes":
            return str(ngettext("%(num)s minute", "%(num)s minutes", count))
        case "hours":
            return str(ngettext("%(num)s hour", "%(num)s hours", count))
        case _:
            return str(ngettext("%(num)s day", "%(num)s days", count))
