"""A pack's pages, for whoever reads it: plain HTML, without scripts and without anything from elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from jinja2 import Environment, PackageLoader, StrictUndefined

from studio.core.i18n import gettext, ngettext
from studio.oversight.evidence.outcomes import Kind
from studio.oversight.evidence.wanted import Wanted

LISTED = 200
"""Runs and versions that the first page names; files hold all of them."""

_templates = Environment(
    loader=PackageLoader("studio"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.globals |= {"_": gettext, "ngettext": ngettext}


class Pages:
    """Writes a page for each batch of approvals, and the first page at the end."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._pages: list[tuple[str, int]] = []
        self._runs: list[Mapping[str, Any]] = []
        self._versions: list[Mapping[str, Any]] = []

    def of(self, records: Sequence[Mapping[str, Any]]) -> tuple[str, bytes]:
        """Path and content of the page of a batch."""
        path = f"pages/approvals-{len(self._pages) + 1:06}.html"
        self._pages.append((path, len(records)))
        return path, _rendered("approvals", records=records, outcomes=_outcomes(), at=_at, who=_who)

    def runs(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Remember runs for the first page, without what they were given."""
        room = LISTED - len(self._runs)
        kept = ("id", "title", "state", "created_at", "finished_at", "version_id")
        self._runs += [{name: one[name] for name in kept} for one in records[:room]]

    def versions(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Remember published versions for the first page, without their documents."""
        room = LISTED - len(self._versions)
        kept = ("id", "name", "number", "logic_hash", "published_by", "published_at", "published_now")
        more = ("changed_from_before", "changed_until_now")
        self._versions += [{name: one[name] for name in (*kept, *more)} for one in records[:room]]

    def index(self, about: Mapping[str, Any], counts: Any) -> bytes:
        """The first page."""
        return _rendered(
            "index", about=about, counts=counts, pages=self._pages, runs=self._runs, versions=self._versions,
            what=_what(self._wanted), at=_at, who=_who,
        )  # fmt: skip


def _rendered(name: str, **values: Any) -> bytes:
    return _templates.get_template(f"evidence/{name}.html").render(**values).encode()


def _what(wanted: Wanted) -> str:
    words = {
        Kind.RUN: _("One run, with what it asked people"),
        Kind.APPROVAL: _("One approval, with the run that asked for it"),
        Kind.PERIOD: _("A period: every approval that ended in it, with its runs and all audit events"),
    }
    return str(_("Approvals, runs and audit events that fit filters") if wanted.filters else words[wanted.kind])


def _outcomes() -> dict[str, str]:
    return {
        "approved": _("approved"),
        "declined": _("declined"),
        "changes_requested": _("asked for changes"),
        "responded": _("answered"),
        "expired": _("the time ran out"),
        "cancelled": _("taken back"),
        "bypassed": _("bypassed by an admin"),
    }


def _at(text: str | None) -> str:
    """A moment in UTC, to the second."""
    return f"{text[:10]} {text[11:19]} UTC" if text else ""


def _who(person: Mapping[str, Any] | None) -> str:
    if person is None:
        return ""
    name, email = person["name"], person["email"]
    return f"{name} ({email})" if name and email and email != name else str(name or email or person["id"] or "")
