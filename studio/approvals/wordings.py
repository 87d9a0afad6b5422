"""How a request is worded, what a new version of it may change, and how two versions differ. Pure: no I/O."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

MOST_FACTS, TITLE, LABEL, VALUE, INSTRUCTIONS = 20, 400, 60, 2000, 4000
"""As many facts, and as long texts, as a step may have."""
MOST_ATTACHMENTS = 10
"""Files of one wording."""
MOST_DIGITS = 18
"""Before the point, behind it, and together: written out, an amount of money has no more than the column holds."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that is part of what is asked."""

    id: str
    name: str
    media_type: str
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Wording:
    """All that people read and decide on."""

    title: str
    facts: tuple[tuple[str, str], ...]
    instructions: str = ""
    amount: str | None = None
    """Decimal text."""
    currency: str | None = None
    attachments: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class Edits:
    """What a new version changes. None: as it was."""

    title: str | None = None
    facts: Sequence[tuple[str, str]] | None = None
    instructions: str | None = None
    amount: str | None = None
    """Decimal text; empty: no money goes through it any more."""
    currency: str | None = None
    keep: Collection[str] | None = None
    """Ids of the attachments that stay."""
    add: Sequence[Attached] = ()
    """Attachments that come to them."""


class BadEditError(ValueError):
    """An edit that cannot stand. `field` is its path: `facts.2.value`."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(code)
        self.code, self.field = code, field


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as it was. None: was not there, or is not there any more."""

    field: str
    """`title`, `instructions`, `amount`, `fact`, or `attachment`."""
    label: str
    """Of a fact; else empty."""
    old: str | None
    new: str | None


def fingerprint(wording: Wording, payload: Any, answers: Any = None, items: Any = None) -> str:
    """SHA-256 over all that a decision is bound to; `answers` and line `items` are those of the request itself."""
    facts = [list(fact) for fact in wording.facts]
    bound = [wording.title, facts, wording.instructions, wording.amount, wording.currency, payload]
    if answers:
        bound.append(answers)
    if items:
        bound.append(["items", items])
    if wording.attachments:
        files = [[one.name, one.media_type, one.size, one.sha256] for one in wording.attachments]
        bound.append(["attachments", files])
    return hashlib.sha256(orjson.dumps(bound, option=orjson.OPT_SORT_KEYS)).hexdigest()


def edited(before: Wording, edits: Edits) -> Wording:
    """The new wording. Raises BadEditError for the first field that cannot stand."""
    money = before.amount if edits.amount is None else amount(edits.amount)
    currency = before.currency if edits.currency is None else _currency(edits.currency)
    if money is not None and currency is None:
        raise BadEditError("bad_currency", "currency")
    return Wording(
        title=before.title if edits.title is None else _title(edits.title),
        facts=before.facts if edits.facts is None else _facts(edits.facts),
        instructions=before.instructions if edits.instructions is None else _instructions(edits.instructions),
        amount=money,
        currency=currency if money is not None else None,
        attachments=_attachments(before, edits),
    )


def differences(old: Wording, new: Wording) -> list[Difference]:
    """Field by field, in the order of the page. Facts are told apart by label, and by place where a label repeats."""
    found = [Difference("title", "", old.title, new.title)]
    was, is_ = _keyed(old.facts), _keyed(new.facts)
    found += [Difference("fact", key[0], was.get(key), is_.get(key)) for key in is_ | was]
    found.append(Difference("amount", "", _money(old), _money(new)))
    found.append(Difference("instructions", "", old.instructions or None, new.instructions or None))
    had, has = ({(one.name, one.sha256) for one in wording.attachments} for wording in (old, new))
    found += [Difference("attachment", "", name, None) for name, _hash in sorted(had - has)]
    found += [Difference("attachment", "", None, name) for name, _hash in sorted(has - had)]
    return [one for one in found if one.old != one.new]


def _attachments(before: Wording, edits: Edits) -> tuple[Attached, ...]:
    known = {one.id for one in before.attachments}
    if edits.keep is not None and not set(edits.keep) <= known:
        raise BadEditError("unknown_attachment", "attachments")
    kept = [one for one in before.attachments if edits.keep is None or one.id in edits.keep]
    if len(kept) + len(edits.add) > MOST_ATTACHMENTS:
        raise BadEditError("too_many_attachments", "attachments")
    return (*kept, *edits.add)


def _keyed(facts: Sequence[tuple[str, str]]) -> dict[tuple[str, int], str]:
    seen: dict[str, int] = {}
    keyed = {}
    for label, value in facts:
        seen[label] = seen.get(label, 0) + 1
        keyed[label, seen[label]] = value
    return keyed


def _money(wording: Wording) -> str | None:
    return f"{wording.amount} {wording.currency}" if wording.amount is not None else None


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not 0 < len(title) <= TITLE:
        raise BadEditError("bad_title", "title")
    return title


def _facts(facts: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    if len(facts) > MOST_FACTS:
        raise BadEditError("too_many_facts", "facts")
    for index, (label, value) in enumerate(facts):
        if not 0 < len(label.strip()) <= LABEL:
            raise BadEditError("bad_label", f"facts.{index}.label")
        if len(value) > VALUE:
            raise BadEditError("too_long", f"facts.{index}.value")
    return tuple((label.strip(), value.strip()) for label, value in facts)


def _instructions(text: str) -> str:
    if len(text) > INSTRUCTIONS:
        raise BadEditError("too_long", "instructions")
    return text.strip()


def amount(text: str) -> str | None:
    """An amount of money as decimal text; None for an empty text. Raises BadEditError."""
    if not text.strip():
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    digits = len(number.as_tuple().digits)
    if not (number.is_finite() and -MOST_DIGITS <= number.adjusted() < MOST_DIGITS and digits <= MOST_DIGITS):
        raise BadEditError("bad_amount", "amount")
    return format(number, "f")


def _currency(text: str) -> str | None:
    code = text.strip().upper()
    if not code:
        return None
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise BadEditError("bad_currency", "currency")
    return code
