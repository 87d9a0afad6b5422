"""The languages of Studio: in which its sentences are there, and in which dates, numbers and money are written."""

TRANSLATED = ("de", "es")
"""Those with a catalogue of their own; a test holds each to be complete. English needs none: it is the key."""
SPOKEN = ("en", *TRANSLATED)
OTHERS = ("fr", "it", "nl", "pl", "pt", "sv", "da", "fi", "cs")
"""Those in which dates and numbers alone are written."""
LOCALES = ("en", "en_GB", "en_US", "de", "de_AT", "de_CH", "es", "es_MX", *OTHERS)
"""What may be chosen. Where the texts are not in that language they are English; dates and numbers follow it."""


def spoken(locale: str) -> bool:
    """Whether the sentences themselves are in the language of a locale such as `de_AT`."""
    return locale.replace("-", "_").split("_")[0] in SPOKEN
