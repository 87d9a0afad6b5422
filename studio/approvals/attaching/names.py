"""Which names of files are let in. Pure: no I/O."""

import unicodedata

LONGEST = 120
MEDIA_TYPES = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "pdf": "application/pdf",
}  # fmt: skip
"""What a name's ending promises."""
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_NEVER = set('/\\:*?"<>|')


def fault(name: str) -> str | None:
    """Why a name is not let in: `attachment_name` or `attachment_type`; None: it is.

    Nothing that leads to another folder, hides its ending or cannot be written by some system: the name stands on
    pages, in mails, and in the folder of whoever downloads it.
    """
    stem, dot, ending = name.rpartition(".")
    hidden = any(unicodedata.category(one) in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp") for one in name)
    if not name or len(name) > LONGEST or hidden or set(name) & _NEVER or name != name.strip():
        return "attachment_name"
    if not dot:
        return "attachment_type"
    if not stem.strip(". ") or stem.startswith(".") or stem.partition(".")[0].strip().lower() in _RESERVED:
        return "attachment_name"
    return None if ending.lower() in MEDIA_TYPES else "attachment_type"


def promised(name: str) -> str:
    """The content that a name's ending promises, which was let in."""
    return MEDIA_TYPES[name.rpartition(".")[2].lower()]
