"""Whole numbers inside sentences, with the separators of their reader's language."""

import re

from babel.numbers import format_decimal

from studio.core import i18n

ENGLISH = "en"
_SEPARATED = re.compile(r"\d{1,3}(?:,\d{3})+")


def separated(number: int, locale: str | None = None) -> str:
    """36,500 in English, 36.500 in German. `locale`: another than the reader's."""
    locale = locale or i18n.locale()
    return f"{number:,}" if locale == ENGLISH else str(format_decimal(number, locale=locale))


def separated_again(text: str, locale: str) -> str:
    """What separated() wrote in English, in another language; what it cannot have written, as it is."""
    return separated(int(text.replace(",", "")), locale) if _SEPARATED.fullmatch(text) else text
